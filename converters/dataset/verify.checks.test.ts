import assert from 'node:assert/strict';
import { mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { checkOf } from './checks.ts';
import { END_MS, flatParquet, makeDataset, publish, rowsOf, START_MS, sha256 } from './dataset.test-world.ts';
import { formatManifest, type Manifest, parseManifest } from './manifest.ts';
import { formatSums, LABELS_SUMS_FILE, SUMS_FILE } from './sums.ts';
import { verifyDataset } from './verify.ts';
import { Noted } from './verify-events.ts';

async function world(t: TestContext): Promise<{ dataset: string; datasets: ObjectStore }> {
  const { dataset, close } = await makeDataset();
  t.after(close);
  return { dataset, datasets: await publish({ dataset, datasets: openStore('memory:') }) };
}

const readManifestOf = async (dataset: string): Promise<Manifest> =>
  parseManifest({ bytes: await readFile(join(dataset, 'manifest.json')), where: 'here' });

/** Files become others, and sums and manifest vouch for them: what a wrong build would make. */
async function rebuilt(dataset: string, files: Readonly<Record<string, [bytes: Uint8Array, rows: number]>>) {
  const manifest = await readManifestOf(dataset);
  const known = new Map(manifest.files.map((file) => [file.path, file]));
  const put = async (path: string, bytes: Uint8Array, rows?: number) => {
    await mkdir(join(dataset, path, '..'), { recursive: true });
    await writeFile(join(dataset, path), bytes);
    const said = { path, bytes: bytes.length, sha256: sha256(bytes) };
    known.set(path, { ...said, ...(rows === undefined ? {} : { rows }) });
  };
  for (const [path, [bytes, rows]] of Object.entries(files)) await put(path, bytes, rows);
  for (const [sums, below] of [
    [SUMS_FILE, ''],
    [LABELS_SUMS_FILE, 'labels/'],
  ] as const) {
    const isOf = (path: string) =>
      path !== SUMS_FILE && path !== sums && path.startsWith('labels/') === (below !== '');
    const of = [...known.values()].filter(({ path }) => isOf(path));
    const relative = of.map((file) => ({ ...file, path: file.path.slice(below.length) }));
    await put(sums, Buffer.from(formatSums(relative)));
  }
  await writeFile(
    join(dataset, 'manifest.json'),
    formatManifest({ ...manifest, files: [...known.values()] }),
  );
}

const parquet = (columnData: ColumnSource[]): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData }));
const big = (...values: number[]): bigint[] => values.map((value) => BigInt(value));

/** One case in the middle of the run, and one labelled event. */
const labels = (time: number): Parameters<typeof rebuilt>[1] => ({
  'labels/windows.parquet': [
    parquet([
      { name: 'case', data: [1], type: 'INT32' },
      { name: 'start_ms', data: big(START_MS + 10_000), type: 'INT64' },
      { name: 'end_ms', data: big(START_MS + 20_000), type: 'INT64' },
    ]),
    1,
  ],
  'labels/ocsf_eval_subset.parquet': [
    parquet([
      { name: 'event_uid', data: ['logs-0020'], type: 'STRING' },
      { name: 'time', data: big(time), type: 'INT64' },
      { name: 'case', data: [1], type: 'INT32' },
    ]),
    1,
  ],
});

async function flipBit(dataset: string, path: string): Promise<void> {
  const bytes = await readFile(join(dataset, path));
  bytes[40] = (bytes[40] ?? 0) ^ 4;
  await writeFile(join(dataset, path), bytes);
}

async function withSeed(dataset: string, seed: number): Promise<void> {
  await writeFile(
    join(dataset, 'manifest.json'),
    formatManifest({ ...(await readManifestOf(dataset)), seed }),
  );
}

/** What is done to a dataset; the check that finds it, in one line of this file and code. */
const TAMPERED: Record<string, [(dataset: string) => Promise<unknown>, check: string, finding: string]> = {
  'a flipped bit': [(d) => flipBit(d, 'ocsf_logs.parquet'), 'checksums', 'ocsf_logs.parquet HASH_DIFFERS'],
  'a missing file': [(d) => rm(join(d, 'README.md')), 'checksums', 'README.md FILE_MISSING'],
  'an extra file': [
    (d) => writeFile(join(d, 'ocsf/base_event/part-1.parquet'), 'x'),
    'checksums',
    'ocsf/base_event/part-1.parquet FILE_UNNAMED',
  ],
  'a truncated Parquet': [
    (d) => truncate(join(d, 'ocsf/http_activity/part-0.parquet'), 200),
    'checksums',
    'ocsf/http_activity/part-0.parquet SIZE_DIFFERS',
  ],
  'a label outside of the run': [
    (d) => rebuilt(d, { ...labels(END_MS + 1), 'labels/windows.parquet': [parquet([]), 0] }),
    'clocks',
    'labels/ocsf_eval_subset.parquet LABEL_OUTSIDE',
  ],
  'a label outside of its case': [
    (d) => rebuilt(d, labels(START_MS + 20_000)),
    'clocks',
    'labels/ocsf_eval_subset.parquet LABEL_OUTSIDE',
  ],
  'a manifest of another seed': [(d) => withSeed(d, 8), 'manifest', 'manifest.json MANIFEST_INVALID'],
  'no manifest': [(d) => rm(join(d, 'manifest.json')), 'manifest', 'manifest.json MANIFEST_MISSING'],
  'a flat file of another schema': [
    (d) =>
      rebuilt(d, {
        'ocsf_metrics.parquet': [flatParquet(rowsOf('metrics'), [{ name: 'more', type: 'DOUBLE' }]), 30],
      }),
    'schema',
    'ocsf_metrics.parquet SCHEMA_DIFFERS',
  ],
};
for (const [title, [tamper, check, expected]] of Object.entries(TAMPERED))
  test(`found and named, in one line: ${title}`, async (t) => {
    const { dataset, datasets } = await world(t);
    await tamper(dataset);
    const asSealed = title.startsWith('a manifest') ? { datasets } : {};
    const { checks, findings } = await verifyDataset({ directory: dataset, ...asSealed });
    assert.deepEqual(
      findings.map((found) => `${checkOf(found)}: ${found.path} ${found.code}`),
      [`${check}: ${expected}`],
    );
    const failed = checks.filter(({ ok }) => ok === false);
    assert.deepEqual(
      failed.map(({ name, problems }) => [name, problems]),
      [[check, 1]],
    );
  });

/** What is damaged; checks that can no longer be made in full. */
const LEFT_OUT: Record<string, string[]> = {
  'README.md': [],
  'ocsf_logs.parquet': ['schema', 'ledger', 'joins', 'clocks'],
  'ocsf/http_activity/part-0.parquet': ['schema', 'ledger', 'joins'],
  'labels/windows.parquet': ['schema', 'clocks'],
  'labels/ocsf_eval_subset.parquet': ['schema', 'joins', 'clocks'],
};
for (const [path, expected] of Object.entries(LEFT_OUT))
  for (const damage of [flipBit, (d: string, file: string) => rm(join(d, file))])
    test(`not ticked, since ${path} is ${damage === flipBit ? 'damaged' : 'missing'}: ${expected}`, async (t) => {
      const { dataset } = await world(t);
      await damage(dataset, path);
      const { checks } = await verifyDataset({ directory: dataset, validateEvent: () => [] });
      const left = checks.filter(({ ok }) => ok === null);
      assert.deepEqual(
        left.map(({ name }) => name),
        expected,
      );
      for (const { says } of left) assert.ok(says.endsWith(`; not looked at: ${path}`), says);
    });

test('all is ticked when every event was looked at; else it is said what was not', async (t) => {
  const { dataset } = await world(t);
  const whole = await verifyDataset({ directory: dataset, validateEvent: () => [] });
  assert.ok(whole.checks.every(({ ok }) => ok === true));
  const { checks } = await verifyDataset({ directory: dataset });
  assert.deepEqual(
    checks.filter(({ ok }) => ok === null).map(({ says }) => says.split('; ').at(-1)),
    [
      'not looked at: whether each event is valid OCSF 1.8.0',
      'not looked at: whether each event is the same one, flat and nested',
    ],
  );
});

test('a label within its case is right', async (t) => {
  const { dataset } = await world(t);
  await rebuilt(dataset, labels(START_MS + 19_999));
  const { findings, checks } = await verifyDataset({ directory: dataset, validateEvent: () => [] });
  assert.deepEqual(findings, []);
  assert.match(checks.find(({ name }) => name === 'joins')?.says ?? '', /; 1 labels$/);
});

test('found: an event that the flat files do not have', async (t) => {
  const { dataset, close } = await makeDataset({
    rows: ({ rows }) => void Object.assign(rows.changes?.[0] ?? {}, { event_uid: 'changes-other' }),
  });
  t.after(close);
  await rebuilt(dataset, { 'ocsf_changes.parquet': [flatParquet(rowsOf('changes')), 30] });
  const { findings } = await verifyDataset({ directory: dataset, validateEvent: () => [] });
  assert.deepEqual(
    findings.map(({ path, code }) => `${path} ${code}`),
    ['ocsf/application_lifecycle/part-0.parquet NESTED_DIFFER'],
  );
  assert.match(findings[0]?.problem ?? '', /1 are not; the first is changes-other/);
});

test('of what is wrong with many events the first ones are kept, and all are counted', () => {
  const noted = new Noted(2);
  for (let i = 0; i < 1000; i++)
    noted.add(() => {
      assert.ok(i < 2, 'no more texts are made than are kept');
      return `event ${i}`;
    });
  assert.deepEqual([noted.count, noted.first], [1000, ['event 0', 'event 1']]);
});

test('how many log lines have their trace is said', async (t) => {
  const { dataset } = await world(t);
  const ids = (count: number) => [
    {
      name: 'trace_id',
      type: 'STRING',
      data: Array.from({ length: 30 }, (_, i) => `t${i % count}`),
    } as const,
  ];
  const flat = (signal: string, count: number): [Uint8Array, number] => [
    flatParquet(rowsOf(signal), ids(count)),
    30,
  ];
  await rebuilt(dataset, {
    'ocsf_logs.parquet': flat('logs', 30),
    'ocsf_traces.parquet': flat('traces', 15),
    'ocsf_metrics.parquet': flat('metrics', 1),
    'ocsf_changes.parquet': flat('changes', 1),
  });
  const { findings, checks } = await verifyDataset({ directory: dataset });
  assert.deepEqual(findings, []);
  assert.match(
    checks.find(({ name }) => name === 'joins')?.says ?? '',
    /50 % of 30 log lines have their trace/,
  );
});
