import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { convertRun } from '../convert.ts';
import { logRequest, ourLine, spanRequest, TIME } from '../map/otlp.test-world.ts';
import type { RunRecord } from '../run/record.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { EVERY_KIND_RUN } from '../write/every-kind.test-world.ts';

const record: RunRecord = {
  ...EVERY_KIND_RUN,
  run_id: 'invalid',
  window: { start_ms: TIME - 1000, end_ms: TIME + 1000 },
  raw: { prefix: 'raw', drained_ms: TIME + 2000 },
};
/** OCSF: HTTP activity has a request or a response; of this one neither is known. */
const ACCESS = { event: 'http.access', msg: 'password=hunter2' };
const line = (number: number, more: object = {}) => ourLine({ line: number, ...more });

function logs(bodies: readonly string[]): Uint8Array {
  const [first, ...others] = bodies.map((body) => logRequest(body)) as {
    resourceLogs: { scopeLogs: object[] }[];
  }[];
  for (const other of others)
    first?.resourceLogs[0]?.scopeLogs.push(...(other.resourceLogs[0]?.scopeLogs ?? []));
  return gzipSync(JSON.stringify(first));
}

async function sealed(bodies: readonly string[]) {
  const raw = new MemoryStore();
  const prefix = `raw/${new Date(TIME).toISOString().slice(0, 16).replace(/\D/g, '/')}`;
  await raw.put(`${prefix}/logs_a.json.gz`, logs(bodies));
  const span = spanRequest({ name: 'odd', kind: 2 }, { 'http.request.method': 'FOO' });
  await raw.put(`${prefix}/traces_b.json.gz`, gzipSync(JSON.stringify(span)));
  const report = await convertRun({ raw, record });
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record });
  const letters: Record<string, unknown>[] = [];
  for await (const { key } of raw.list('dead-letter/'))
    for (const text of Buffer.from(await raw.get(key))
      .toString('utf8')
      .trimEnd()
      .split('\n'))
      letters.push(JSON.parse(text) as Record<string, unknown>);
  return { report, ledger, letters };
}

test('a record whose event breaks the schema is a dead letter, and the run goes on', async () => {
  const { report, ledger, letters } = await sealed([line(1), line(2, ACCESS), line(3)]);
  assert.deepEqual(report.reasons, { invalid_event: 2 });
  assert.deepEqual(ledger.inputs.logs, {
    read: 3,
    written: 2,
    duplicate: 0,
    rejected: 1,
    outside_window: 0,
  });
  assert.deepEqual([ledger.inputs.traces.read, ledger.inputs.traces.rejected], [1, 1]);
  assert.deepEqual(
    letters.map(({ reason, signal }) => [reason, signal]),
    [
      ['invalid_event', 'logs'],
      ['invalid_event', 'traces'],
    ],
  );
  for (const { detail, excerpt } of letters) {
    assert.match(String(detail), /required property 'http_request'/);
    assert.doesNotMatch(`${detail}${excerpt}`, /hunter2/);
  }
});

test('the verdict on an event does not depend on which others came before it', async () => {
  const good = { event: 'http.access', method: 'GET', path: '/' };
  for (const bodies of [
    [line(1, ACCESS), line(2, good), line(3, ACCESS), line(4, good)],
    [line(2, good), line(4, good), line(1, ACCESS), line(3, ACCESS)],
  ]) {
    const { ledger } = await sealed(bodies);
    assert.deepEqual([ledger.inputs.logs.written, ledger.inputs.logs.rejected], [2, 2]);
  }
});
