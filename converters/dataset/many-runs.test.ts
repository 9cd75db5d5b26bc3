import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import type { RunRecord } from '../run/record.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { EVERY_KIND, EVERY_KIND_RUN } from '../write/every-kind.test-world.ts';
import type { Manifest } from './manifest.ts';
import { openParquet } from './parquet.ts';
import { publishDataset } from './publish.ts';

const REQUESTS = 50;

async function sealed(
  datasets: ObjectStore,
  record: RunRecord,
  objects: Iterable<{ key: string; bytes: Uint8Array }>,
): Promise<Manifest> {
  const raw = new MemoryStore();
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  await convertRun({ raw, record });
  return sealRun({ raw, datasets, record });
}

/** Three runs that have little in common, published into one folder: every kind of event; requests alone; nothing at all. */
async function published(t: TestContext): Promise<{ folder: string; runs: readonly Manifest[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'many-runs-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const datasets = new MemoryStore();
  const requests = benchRecord(REQUESTS);
  const start = requests.window.start_ms;
  const runs = [
    await sealed(datasets, EVERY_KIND_RUN, EVERY_KIND),
    await sealed(datasets, requests, rawObjects({ requests: REQUESTS, start, perObject: 25 })),
    await sealed(datasets, { ...EVERY_KIND_RUN, run_id: 'nothing' }, []),
  ];
  const to = openStore(folder);
  for (const { run_id: runId } of runs) await publishDataset({ datasets, runId, to });
  return { folder, runs };
}

test('files of many runs have one schema a file name, whatever a run holds', async (t) => {
  const { folder, runs } = await published(t);
  const schemas = new Map<string, Set<string>>();
  for (const { run_id, files } of runs)
    for (const { path } of files.filter((file) => file.path.endsWith('.parquet'))) {
      const parquet = await openParquet(join(folder, run_id, path));
      schemas.set(path, (schemas.get(path) ?? new Set()).add(parquet.schema.join('\n')));
      await parquet.close();
    }
  const flat = [...schemas].filter(([path]) => path.startsWith('ocsf_'));
  assert.equal(flat.length, 4);
  for (const [path, found] of schemas) assert.equal(found.size, 1, path);
  assert.equal(new Set(flat.flatMap(([, found]) => [...found])).size, 1);
});

test('DuckDB reads many runs as one table, and knows which row is of which', async (t) => {
  const { folder, runs } = await published(t);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  t.after(() => {
    connection.closeSync();
    instance.closeSync();
  });
  const ask = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
  const RUN = `regexp_extract(filename, '([^/]+)/ocsf_\\w+\\.parquet$', 1)`;
  for (const glob of ['ocsf_traces', 'ocsf_metrics', 'ocsf_*']) {
    const table = `read_parquet('${folder}/*/${glob}.parquet', union_by_name = true, filename = true)`;
    const found = await ask(`SELECT ${RUN} AS run, count(*)::INT AS rows FROM ${table} GROUP BY run`);
    const is = new RegExp(`^${glob.replace('*', '\\w+')}\\.parquet$`);
    const wanted = runs.map(({ run_id, files }) => ({
      run: run_id,
      rows: files.reduce((sum, { path, rows = 0 }) => sum + (is.test(path) ? rows : 0), 0),
    }));
    const byRun = (a: { run?: unknown }, b: { run?: unknown }) => (String(a.run) < String(b.run) ? -1 : 1);
    assert.deepEqual(found.sort(byRun), wanted.filter(({ rows }) => rows > 0).sort(byRun), glob);
  }
  const describe = (path: string) =>
    ask(`DESCRIBE SELECT * FROM read_parquet('${folder}/${path}', union_by_name = true)`);
  assert.deepEqual(
    await describe('*/ocsf_*.parquet'),
    await describe(`${runs[0]?.run_id}/ocsf_logs.parquet`),
  );
  assert.deepEqual(
    await describe('*/ocsf/http_activity/*.parquet'),
    await describe(`${runs[0]?.run_id}/ocsf/http_activity/*.parquet`),
  );
});
