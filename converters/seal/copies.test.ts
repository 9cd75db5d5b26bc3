import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { convertRun } from '../convert.ts';
import type { RunRecord } from '../run/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { EVERY_KIND_RUN, TIME } from '../write/every-kind.test-world.ts';
import { sealRun } from './seal.ts';

interface Line {
  readonly body: string;
  /** Where it stood in its file; absent: nobody knows. */
  readonly offset?: number;
  /** When the collector read it, ms after the start. */
  readonly read?: number;
  readonly time?: number;
}
const record: RunRecord = { ...EVERY_KIND_RUN, run_id: 'copies' };

function rawLogs(lines: readonly Line[]): Uint8Array {
  const logRecords = lines.map(({ body, offset, read = 0, time }) => ({
    ...(time === undefined ? {} : { timeUnixNano: `${TIME + time}000000` }),
    observedTimeUnixNano: `${TIME + read}000000`,
    body: { stringValue: body },
    attributes:
      offset === undefined
        ? []
        : [
            { key: 'log.file.name', value: { stringValue: 'postgres.log' } },
            { key: 'log.file.record_offset', value: { intValue: String(offset) } },
          ],
  }));
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'postgres' } }] };
  return gzipSync(JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] }));
}

/** Messages of the dataset that so many raw objects make, and its ledger of logs. */
async function dataset(objects: readonly (readonly Line[])[]) {
  const raw = new MemoryStore();
  const datasets = new MemoryStore();
  for (const [i, lines] of objects.entries())
    await raw.put(`raw/2026/11/24/06/00/logs_${i}.json.gz`, rawLogs(lines));
  await convertRun({ raw, record });
  const { ledger } = await sealRun({ raw, datasets, record });
  const file = (await datasets.get('copies/ocsf_logs.parquet')).slice().buffer;
  const rows = await parquetReadObjects({ file, compressors });
  return { messages: rows.map(({ message }) => message as string), rows, logs: ledger.inputs.logs };
}

const ours = (msg: string): string =>
  JSON.stringify({ time: TIME, level: 'info', service: 'web-api', instance: 'web-api-1', line: 1, msg });

test('of copies that differ the same one stays, in whichever order they come', async () => {
  const [ab, ba] = await Promise.all([
    dataset([[{ body: ours('a') }], [{ body: ours('b') }]]),
    dataset([[{ body: ours('b') }], [{ body: ours('a') }]]),
  ]);
  assert.deepEqual(ab.messages, ba.messages);
  assert.deepEqual([ab.messages.length, ab.logs.duplicate], [1, 1]);
});

test('a line without a time that was read twice is one row, at the earlier time', async () => {
  const body = '\tat nothing that is known';
  const { rows, logs } = await dataset([[{ body, offset: 7, read: 900 }], [{ body, offset: 7, read: 100 }]]);
  assert.deepEqual([rows.length, logs.duplicate, rows[0]?.event_kind], [1, 1, 'log.unparsed']);
  assert.equal(rows[0]?.time, BigInt(TIME + 100));
});

test('the same text at two places of a file is two rows', async () => {
  const body = '2026-11-24 06:00:00.123 UTC [1] LOG:  checkpoint starting: time';
  const { messages, logs } = await dataset([
    [
      { body, offset: 7 },
      { body, offset: 80 },
    ],
  ]);
  assert.deepEqual([messages.length, logs.duplicate], [2, 0]);
});

test('lines without a place are counted by object, and the larger count wins', async () => {
  const line = { body: '2026-11-24 06:00:00.123 UTC [1] LOG:  checkpoint starting: time', time: 5 };
  const { messages, logs } = await dataset([
    [line, line],
    [line, line, line],
  ]);
  assert.deepEqual([messages.length, logs.read, logs.duplicate], [3, 5, 2]);
});

test('a counter of lines that starts anew makes other events', async () => {
  const again = JSON.stringify({ ...JSON.parse(ours('b')), time: TIME + 1 });
  const { messages, logs } = await dataset([[{ body: ours('a') }, { body: again }]]);
  assert.deepEqual([messages, logs.duplicate], [['a', 'b'], 0]);
});
