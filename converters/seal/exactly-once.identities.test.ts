import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { MemoryStore } from '../store/memory.ts';
import { sealRun } from './seal.ts';

const REQUESTS = 60;
const SIGNALS = ['logs', 'traces', 'metrics'] as const;
const record = benchRecord(REQUESTS);
const objects = [...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 30 })];

/** All objects, so often, converted by so many at once; checksums of the Parquet files, and all identities in them. */
async function dataset({ copies, converters }: { copies: number; converters: number }) {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  for (let copy = 0; copy < copies; copy++)
    // The copies are listed in the opposite order.
    for (const [i, { key, bytes }] of objects.entries())
      await raw.put(copy === 0 ? key : key.replace(/_\w+/, `_${copy}${String(1000 - i)}`), bytes);
  await Promise.all(Array.from({ length: converters }, () => convertRun({ raw, record })));
  const { files, ledger } = await sealRun({ raw, datasets, record });
  const parquet = files.filter(({ path }) => path.endsWith('.parquet'));
  const uids: Record<string, unknown[]> = {};
  for (const signal of SIGNALS) {
    const file = (await datasets.get(`bench/ocsf_${signal}.parquet`)).slice().buffer;
    const rows = await parquetReadObjects({ file, compressors, columns: ['event_uid'] });
    uids[signal] = rows.map(({ event_uid }) => event_uid);
  }
  return { sums: parquet.map(({ path, sha256 }) => `${sha256}  ${path}`), ledger, uids };
}

test('rows are distinct identities: three copies, converted by two at once, make the same bytes', async () => {
  const once = await dataset({ copies: 1, converters: 1 });
  const often = await dataset({ copies: 3, converters: 2 });
  assert.deepEqual(often.sums, once.sums);
  for (const signal of SIGNALS) {
    const made = objects.filter((object) => object.signal === signal);
    const records = made.reduce((sum, object) => sum + object.records, 0);
    const uids = once.uids[signal] as unknown[];
    assert.equal(new Set(uids).size, uids.length, signal);
    assert.equal(uids.length, records, signal);
    assert.deepEqual(often.ledger.inputs[signal], {
      ...{ read: 3 * records, written: records, duplicate: 2 * records, rejected: 0, outside_window: 0 },
    });
  }
});

test('time zone and language of the computer change no byte', async () => {
  const program = `
    import { benchRecord } from ${JSON.stringify(new URL('../bench/dataset.ts', import.meta.url).href)};
    import { rawObjects } from ${JSON.stringify(new URL('../bench/telemetry.ts', import.meta.url).href)};
    import { convertRun } from ${JSON.stringify(new URL('../convert.ts', import.meta.url).href)};
    import { MemoryStore } from ${JSON.stringify(new URL('../store/memory.ts', import.meta.url).href)};
    import { sealRun } from ${JSON.stringify(new URL('./seal.ts', import.meta.url).href)};
    const record = benchRecord(${REQUESTS});
    const raw = new MemoryStore();
    for (const { key, bytes } of rawObjects({ requests: ${REQUESTS}, start: record.window.start_ms, perObject: 30 }))
      await raw.put(key, bytes);
    await convertRun({ raw, record });
    const { files } = await sealRun({ raw, datasets: new MemoryStore(), record });
    const parquet = files.filter(({ path }) => path.endsWith('.parquet'));
    const offset = new Date(record.window.start_ms).getTimezoneOffset();
    console.log(JSON.stringify({ offset, sums: parquet.map(({ path, sha256 }) => sha256 + '  ' + path) }));
  `;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', program],
    {
      env: { ...process.env, TZ: 'Pacific/Chatham', LANG: 'tr_TR.UTF-8' },
      cwd: fileURLToPath(new URL('.', import.meta.url)),
    },
  );
  const there = JSON.parse(stdout) as { offset: number; sums: string[] };
  assert.equal(there.offset, -825);
  assert.deepEqual(there.sums, (await dataset({ copies: 1, converters: 1 })).sums);
});
