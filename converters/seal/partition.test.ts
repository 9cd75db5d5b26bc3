import assert from 'node:assert/strict';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runCommand } from '../../tools/programs/command.ts';
import { testPython } from '../../tools/python/fixtures/python.ts';
import { convertRun } from '../convert.ts';
import { fetchDataset } from '../dataset/fetch.ts';
import { parseSums } from '../dataset/sums.ts';
import { verifyDataset } from '../dataset/verify.ts';
import { logRequest, ourLine, spanRequest } from '../map/otlp.test-world.ts';
import type { RunRecord } from '../run/record.ts';
import { MemoryStore } from '../store/memory.ts';
import { EVERY_KIND_RUN } from '../write/every-kind.test-world.ts';
import { sealRun } from './seal.ts';

const MIDNIGHT = Date.UTC(2026, 10, 30);
const DAY = 86_400_000;
const record: RunRecord = {
  ...EVERY_KIND_RUN,
  run_id: 'nights',
  window: { start_ms: MIDNIGHT - 1_000, end_ms: MIDNIGHT + 2 * DAY },
  raw: { prefix: 'raw', drained_ms: MIDNIGHT + 2 * DAY },
};
/** Around the first midnight, to the millisecond, and after the second. */
const TIMES = [-1_000, -1, 0, 1, DAY - 1, DAY, DAY + 5].map((after) => MIDNIGHT + after);
const HTTP = { 'http.request.method': 'GET', 'http.response.status_code': 200, 'url.path': '/' };
const DAYS = ['20261129', '20261130', '20261201'];
const dayOf = (time: number): string => DAYS[Math.floor((time - MIDNIGHT) / DAY) + 1] as string;

async function converted(): Promise<MemoryStore> {
  const raw = new MemoryStore();
  const minute = `raw/${new Date(MIDNIGHT).toISOString().slice(0, 16).replace(/\D/g, '/')}`;
  for (const [i, time] of TIMES.entries()) {
    const line = logRequest(ourLine({ line: i + 1, time }), { timeUnixNano: `${time}000000` });
    await raw.put(`${minute}/logs_${i}.json.gz`, gzipSync(JSON.stringify(line)));
    const at = { startTimeUnixNano: `${time}000000`, endTimeUnixNano: `${time + 1}000000` };
    const span = spanRequest({ name: 'GET /', kind: 2, ...at, spanId: `000000000000000${i + 1}` }, HTTP);
    await raw.put(`${minute}/traces_${i}.json.gz`, gzipSync(JSON.stringify(span)));
  }
  await convertRun({ raw, record });
  return raw;
}

async function fetched(t: TestContext) {
  const datasets = new MemoryStore();
  const manifest = await sealRun({ raw: await converted(), datasets, record, partition: 'eventDay' });
  const folder = await mkdtemp(join(tmpdir(), 'partition-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const to = join(folder, 'nights');
  await fetchDataset({ datasets, runId: record.run_id, to });
  return { manifest, to, nested: manifest.files.filter(({ path }) => path.startsWith('ocsf/')) };
}

test('nested files lie by day in UTC, and manifest, sums, fetch and verify follow', async (t) => {
  const { manifest, to, nested } = await fetched(t);
  const classes = Object.keys(manifest.ledger.classes);
  const places = new Map(nested.map(({ path, rows }) => [path, rows]));
  assert.equal(places.size, classes.length * DAYS.length);
  for (const name of classes)
    for (const [i, day] of DAYS.entries())
      assert.equal(
        places.get(`ocsf/${name}/eventDay=${day}/part-00000.parquet`),
        [2, 3, 2][i],
        `${name} ${day}`,
      );
  const sums = parseSums(await readFile(join(to, 'SHA256SUMS'), 'utf8'));
  for (const { path, sha256 } of nested) assert.equal(sums.get(path), sha256);
  const { findings, rows } = await verifyDataset({ directory: to });
  assert.deepEqual([findings, rows], [[], 2 * TIMES.length]);
});

test('found: an event of another day than its folder says', async (t) => {
  const { manifest, to } = await fetched(t);
  const text = JSON.stringify(manifest).replaceAll('eventDay=20261130', 'eventDay=20261103');
  for (const name of Object.keys(manifest.ledger.classes))
    await rename(join(to, `ocsf/${name}/eventDay=20261130`), join(to, `ocsf/${name}/eventDay=20261103`));
  await writeFile(join(to, 'manifest.json'), text);
  const { findings } = await verifyDataset({ directory: to });
  const moved = findings.filter(({ code }) => code === 'PARTITION_DIFFERS');
  assert.equal(moved.length, Object.keys(manifest.ledger.classes).length);
  assert.match(moved[0]?.problem ?? '', /must be of the day 20261103 \(UTC\), but 3 are not/);
});

test('the same events lie in one file a class without, and the flat files are the same bytes', async (t) => {
  const { manifest, nested } = await fetched(t);
  const plain = await sealRun({ raw: await converted(), datasets: new MemoryStore(), record });
  const flat = ({ files }: typeof plain) => files.filter(({ path }) => /^ocsf_/.test(path));
  assert.deepEqual(flat(manifest), flat(plain));
  const rows = plain.files.filter(({ path }) => path.startsWith('ocsf/')).map((file) => file.rows ?? 0);
  const sum = (of: readonly number[]) => of.reduce((total, count) => total + count, 0);
  assert.deepEqual(
    rows,
    rows.map(() => TIMES.length),
  );
  assert.equal(sum(nested.map((file) => file.rows ?? 0)), sum(rows));
});

const QUERY = `
import json, sys, duckdb
rows = duckdb.sql(f"""SELECT CAST(eventDay AS VARCHAR), time FROM read_parquet('{sys.argv[1]}/ocsf/*/*/*.parquet',
    hive_partitioning=true, hive_types={{'eventDay': VARCHAR}}, union_by_name=true)""").fetchall()
one = duckdb.sql(f"""SELECT count(*) FROM read_parquet('{sys.argv[1]}/ocsf/base_event/**/*.parquet', hive_partitioning=true)
    WHERE eventDay = '20261201'""").fetchall()[0]
print(json.dumps({"rows": rows, "one": one[0]}))
`;

test('DuckDB reads the day as a column, and it is that of every event', async (t) => {
  const python = await testPython(t);
  if (!python) return;
  const { to } = await fetched(t);
  const { code, stdout, stderr } = await runCommand({ file: python, args: ['-c', QUERY, to] });
  assert.equal(code, 0, stderr);
  const { rows, one } = JSON.parse(stdout) as { rows: [string, number][]; one: number };
  assert.equal(rows.length, 2 * TIMES.length);
  for (const [day, time] of rows) assert.equal(day, dayOf(time), String(time));
  assert.equal(one, 2);
});
