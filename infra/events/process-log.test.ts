import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { ProcessEvent } from '../target.ts';
import { ProcessLog } from './process-log.ts';

const started = (pid: number): ProcessEvent => ({
  ...{ type: 'started', service: 'web-api', replica: 1, pid, time: Date.now(), version: '1.8.0' },
});

/** A receiver of log lines that answers with this status. */
async function receiver(t: TestContext, status: number): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(status).end('{}'));
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function logOf(events: number): ProcessLog {
  const log = new ProcessLog({ environment: 'local', version: '1.8.0' });
  for (let pid = 1; pid <= events; pid += 1) log.write(started(pid));
  return log;
}

test('events that nobody takes are counted as lost; those that are taken are not', async (t) => {
  const taken = logOf(250);
  taken.open(await receiver(t, 200));
  assert.equal(await taken.close({ timeoutMs: 30_000 }), 0);
  const refused = logOf(3);
  refused.open(await receiver(t, 503));
  assert.equal(await refused.close({ timeoutMs: 300 }), 3);
  assert.equal(await logOf(2).close({ timeoutMs: 300 }), 2);
});

test('an abort ends the waiting for a collector that takes nothing', { timeout: 30_000 }, async (t) => {
  const log = logOf(3);
  log.open(await receiver(t, 503));
  const stop = new AbortController();
  const closing = log.close({ timeoutMs: 600_000, signal: stop.signal });
  stop.abort();
  assert.equal(await closing, 3);
});
