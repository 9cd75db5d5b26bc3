import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Manifest } from '../../converters/dataset/manifest.ts';
import { type Row, writeContent } from '../../converters/report/report.test-world.ts';
import { startS3Server } from '../../converters/store/s3-server.test-world.ts';
import { runCommand } from '../programs/command.ts';
import { testPython } from '../python/fixtures/python.ts';
import type { PythonPackages } from '../python/resolve.ts';
import { BUSY_REQUESTS, busyMinute, REQUESTS } from './busy-minute.test-world.ts';

const EXAMPLES = fileURLToPath(new URL('../../examples', import.meta.url));
const PACKAGES: PythonPackages = {
  requirements: join(EXAMPLES, 'requirements.txt'),
  needs: 'the tests that run the examples need',
};
/** matplotlib keeps a cache of fonts in the user's home, unless told otherwise. */
const quiet = (dir: string) => ({
  ...process.env,
  MPLCONFIGDIR: dir,
  MPLBACKEND: 'agg',
  PYTHONDONTWRITEBYTECODE: '1',
});

/** What an example prints. */
async function printed(file: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const { code, stdout, stderr } = await runCommand({ file, args, env });
  assert.equal(code, 0, stderr);
  return stdout;
}

const rowsOf = ({ files }: Manifest, name: string) =>
  files.find(({ path }) => path === `ocsf_${name}.parquet`)?.rows;

/** Each loader says the rows of each file first. */
function checkRows(text: string, manifest: Manifest): void {
  for (const name of ['logs', 'traces', 'metrics', 'changes'])
    assert.match(text, new RegExp(`^${name}: ${rowsOf(manifest, name)} rows`, 'm'));
}

test('each loader is short enough to be read at a glance', () => {
  const loaders = readdirSync(EXAMPLES).filter((name) => /load\.(py|ts)$/.test(name));
  assert.deepEqual(loaders.sort(), ['duckdb_load.py', 'load.ts', 'pandas_load.py', 'polars_load.py']);
  for (const name of loaders)
    assert.ok(readFileSync(join(EXAMPLES, name), 'utf8').trimEnd().split('\n').length < 40, name);
});

test('the examples in Python load a dataset, draw it, make features of it, and find what is labelled', async (t) => {
  const python = await testPython(t, PACKAGES);
  if (!python) return;
  const { dir, manifest } = await busyMinute(t);
  const env = quiet(join(dirname(dir), 'fonts'));
  const run = (name: string, ...args: string[]) => printed(python, [join(EXAMPLES, name), ...args], env);

  const picture = join(dirname(dir), 'requests.png');
  const pandas = await run('pandas_load.py', dir, picture);
  checkRows(pandas, manifest);
  assert.match(pandas, new RegExp(`^web-api +/api/users/:id +${REQUESTS} +0 +[\\d.]+$`, 'm'));
  // the server spans of both services
  assert.match(
    pandas,
    new RegExp(`^labelled requests: ${2 * REQUESTS}, positive ${2 * BUSY_REQUESTS}$`, 'm'),
  );
  assert.equal((await readFile(picture)).subarray(1, 4).toString(), 'PNG');

  const polars = await run('polars_load.py', dir);
  checkRows(polars, manifest);
  const all = Object.values(manifest.kinds).reduce((sum, count) => sum + count, 0);
  assert.match(
    polars,
    new RegExp(`^all: ${all} rows, ${Object.keys(manifest.kinds).length} kinds, most of `, 'm'),
  );
  assert.match(polars, /web-api +\| SELECT/);

  checkRows(await run('duckdb_load.py', dir), manifest);

  const table = join(dirname(dir), 'features.parquet');
  const features = await run('features.py', dir, table);
  const [, windows, services, columns] =
    /^(\d+) windows of (\d+) services, (\d+) features/.exec(features)?.map(Number) ?? [];
  assert.deepEqual([windows, services], [84, 2]); // 42 windows of 10 s each
  assert.ok(Number(columns) > 50, features);
  assert.match(features, /^logs \d+, traces \d+, metrics \d+, changes 1$/m);

  const detected = await run('detect.py', dir, table);
  const scores = [...detected.matchAll(/^(\S+): ROC AUC ([\d.]+), average precision ([\d.]+)$/gm)];
  assert.deepEqual(
    scores.map(([, name]) => name),
    ['IsolationForest', 'LOF', 'k-NN'],
  );
  // more requests than ever: a forest ends where its training windows end, and does not see it
  for (const [text, name, auc] of scores)
    assert.ok(Number(auc) > (name === 'IsolationForest' ? 0 : 0.8), text);

  await rm(join(dir, 'labels'), { recursive: true });
  const unlabelled = await run('detect.py', dir, table);
  assert.doesNotMatch(unlabelled, /ROC/);
  const asked = (text: string) => /asked about (\d+)/.exec(text)?.[1];
  assert.equal(asked(unlabelled), asked(detected), 'the labels have no part in what is asked');
});

test('features know a request when it has ended, and what a counter counted: since it began anew, or each time', async (t) => {
  const python = await testPython(t, PACKAGES);
  if (!python) return;
  const sample = (time: number, metric_value: number): Row => ({
    ...{ time, metric_value, service: 'web-api', instance: 'a', labels: '{}' },
    ...{ metric_name: 'asked_total', metric_type: 'sum' },
  });
  const delta = (time: number, value: number): Row => ({
    ...{ ...sample(time, value), metric_name: 'told_total', metric_temporality: 'delta' },
  });
  const served = { service: 'web-api', event_kind: 'http.server' };
  const { dir, close } = await writeContent({
    traces: [
      { ...served, time: 1_000, duration: 60_000, status_id: 2 },
      { ...served, time: 1_000, duration: 2.5, status_id: 1 },
    ],
    logs: [{ time: 1_000, service: 'web-api', event_kind: 'log', level: 'info' }],
    metrics: [
      ...[sample(1_000, 7), sample(11_000, 12), sample(21_000, 3), sample(31_000, 4)],
      ...[7, 12, 3].map((value, i) => delta(1_000 + i * 10_000, value)),
    ],
    changes: [{ time: 1_000, service: 'web-api', event_kind: 'change.restart' }],
    ...{ windows: null, quality: null, detectors: null },
  });
  t.after(close);
  const table = join(dir, 'features.parquet');
  await printed(python, [join(EXAMPLES, 'features.py'), dir, table]);
  const asJson = 'import pandas, sys; print(pandas.read_parquet(sys.argv[1]).to_json(orient="records"))';
  const windows = JSON.parse(await printed(python, ['-c', asJson, table])) as Row[];
  const column = (name: string) => windows.map((row) => row[name]);
  assert.deepEqual(column('window'), [0, 10_000, 20_000, 30_000, 60_000]);
  assert.deepEqual(column('traces.failed'), [0, 0, 0, 0, 1]);
  assert.deepEqual(column('traces.http.server_p50_ms'), [2.5, null, null, null, 60_000]);
  assert.deepEqual(column('metrics.asked_total'), [null, 5, 3, 1, null]);
  assert.deepEqual(column('metrics.told_total'), [7, 12, 3, null, null]);
});

test('DuckDB reads a dataset straight from an S3 server', async (t) => {
  const python = await testPython(t, PACKAGES);
  if (!python) return;
  const { bucket, manifest } = await busyMinute(t);
  const server = await startS3Server({ root: dirname(bucket), buckets: [] });
  if (!server) return t.skip('versitygw is not to be had');
  t.after(() => server.stop());
  const text = await printed(python, [join(EXAMPLES, 'duckdb_load.py'), 's3://datasets/busy-minute'], {
    ...process.env,
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  });
  checkRows(text, manifest);
});

test('the example in TypeScript loads a dataset', async (t) => {
  const { dir, manifest } = await busyMinute(t);
  const text = await printed(process.execPath, ['--import', 'tsx', join(EXAMPLES, 'load.ts'), dir]);
  checkRows(text, manifest);
  assert.match(text, new RegExp(`^web-api → auth-service: ${REQUESTS} calls, 0 failed`, 'm'));
});
