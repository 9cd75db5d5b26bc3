import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { drainQueue } from './queue-drain.ts';

/** A worker whose gauge says `jobs`, reading after reading, the last one for ever; undefined: it accepts, and says nothing. */
async function worker(t: TestContext, jobs: readonly (number | undefined)[]) {
  const waiting = [...jobs];
  let readings = 0;
  const server = createServer((_request, response) => {
    const count = waiting.length > 1 ? waiting.shift() : waiting[0];
    readings += 1;
    server.emit('reading');
    if (count !== undefined) response.end(`payment_queue_jobs{state="waiting"} ${count}\n`);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const metricsUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  return { metricsUrl, read: () => once(server, 'reading'), readings: () => readings };
}

const signal = new AbortController().signal;

test('waits until no job is left', async (t) => {
  const { metricsUrl, readings } = await worker(t, [2, 1, 0]);
  await drainQueue({ metricsUrl, token: 'x', signal });
  assert.equal(readings(), 3);
});

test('jobs that stay are an error that says how many', async (t) => {
  const { metricsUrl } = await worker(t, [5]);
  await assert.rejects(drainQueue({ metricsUrl, token: 'x', timeoutMs: 600, signal }), {
    code: 'QUEUE_NOT_EMPTY',
    message: /5 are left/,
  });
});

test('a worker that says nothing is given up, also when garbage is collected meanwhile', {
  timeout: 30_000,
}, async (t) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const collecting = setInterval(collect, 20);
  t.after(() => clearInterval(collecting));
  const { metricsUrl } = await worker(t, [undefined]);
  await assert.rejects(drainQueue({ metricsUrl, token: 'x', timeoutMs: 1, signal }), {
    code: 'QUEUE_NOT_EMPTY',
    message: /does not answer/,
  });
});

for (const [name, jobs] of [
  ['jobs stay', 5],
  ['the worker says nothing', undefined],
] as const) {
  test(`an abort ends the waiting while ${name}`, { timeout: 30_000 }, async (t) => {
    const { metricsUrl, read } = await worker(t, [jobs]);
    const stop = new AbortController();
    const waiting = drainQueue({ metricsUrl, token: 'x', timeoutMs: 600_000, signal: stop.signal });
    await Promise.race([read(), waiting]);
    stop.abort(new Error('interrupted'));
    await assert.rejects(waiting, (error: Error) => /interrupted|aborted/.test(error.message));
  });
}
