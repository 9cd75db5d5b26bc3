import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Quality } from '../../converters/judge/quality.ts';
import { testPython } from '../python/fixtures/python.ts';
import { scripts } from '../python/resolve.ts';
import { faultline, start } from './testing/command.ts';

/** One real dataset of less than a minute of traffic, looked at from all sides. */
describe('a dataset of 40 s of traffic', { timeout: 900_000 }, () => {
  let folder = '';
  let made: { run_id: string; seed: number; folder: string; rows: number; quality: Quality };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataset-test-'));
    const run = await faultline(
      folder,
      'run',
      '--json',
      '--run-id',
      'demo',
      '--seed',
      '7',
      '--duration',
      '40s',
    );
    assert.equal(run.code, 0, run.stderr);
    made = JSON.parse(run.stdout);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('is where it was promised, and latest leads to it', () => {
    assert.equal(made.folder, join(folder, 'data/demo'));
    assert.ok(existsSync(join(folder, 'data/latest/ocsf_logs.parquet')));
    assert.equal(made.seed, 7);
  });

  test('conserves every request: client, access lines, server spans and rows are the same sets', () => {
    const { conservation } = made.quality;
    assert.ok(conservation.sent > 600, `sent ${conservation.sent}`);
    for (const side of [
      'answered',
      'access_lines',
      'server_spans',
      'rows_http_access',
      'rows_http_server',
    ] as const)
      assert.equal(conservation[side], conservation.sent, side);
    assert.deepEqual(
      conservation.differences.filter(({ count }) => count > 0),
      [],
    );
    assert.deepEqual(
      Object.entries(made.quality.counters).filter(([, count]) => count !== 0),
      [],
      'loss counters that are not zero',
    );
    assert.deepEqual(
      made.quality.checks.filter(({ ok }) => ok !== true),
      [],
      'checks that did not pass',
    );
  });

  test('is whole and valid: every event against the schema', async () => {
    const verified = await faultline(folder, 'verify', 'demo', '--json');
    assert.equal(verified.code, 0, verified.stdout);
    const report = JSON.parse(verified.stdout);
    assert.equal(report.events_validated, made.rows);
  });

  test('is read alike by pyarrow, DuckDB and Polars, and an independent validator accepts every event', async (t) => {
    const python = await testPython(t);
    if (!python) return;
    const read = JSON.parse(execFileSync(python, [scripts.readParquet, made.folder], { encoding: 'utf8' }));
    assert.deepEqual(read.differences, []);
    assert.equal(Object.keys(read.files).length, 11);
    const events = execFileSync(python, [scripts.readParquet, '--events', made.folder], {
      maxBuffer: 2 ** 30,
    });
    const verdict = execFileSync(python, [scripts.validateOcsf], { input: events, encoding: 'utf8' });
    const summary = JSON.parse(verdict.trim().split('\n').at(-1) ?? '');
    assert.deepEqual([summary.checked, summary.failed], [made.rows, 0], verdict.slice(0, 2000));
  });

  test('comes out byte for byte the same from doubled raw objects, another listing order, another time zone', async () => {
    const other = join(folder, 'other');
    cpSync(join(folder, '.faultline/s3/raw'), join(other, 'raw'), { recursive: true });
    rmSync(join(other, 'raw/parts'), { recursive: true });
    const key = (name: string) => name.replace(/_([0-9a-f-]+)\.binpb\.gz$/, '_ffffffff-$1.binpb.gz');
    for (const file of filesBelow(join(other, 'raw/raw'))) {
      if (!file.endsWith('.binpb.gz')) continue;
      // a second object under another key; and the first one's key turned round, which shuffles the order of listing
      cpSync(file, key(file));
      renameSync(
        file,
        file.replace(/_([0-9a-f-]+)(?=\.binpb)/, (_, id: string) => `_${[...id].reverse().join('')}`),
      );
    }
    const env = { TZ: 'Pacific/Chatham', LC_ALL: 'tr_TR.UTF-8' };
    const where = ['--raw', join(other, 'raw'), '--json'];
    const converted = await start({ folder, env, args: ['convert', 'demo', ...where] }).ended;
    assert.equal(converted.code, 0, converted.stderr);
    const datasets = ['--datasets', join(other, 'datasets')];
    const sealed = await start({ folder, env, args: ['seal', 'demo', ...where, ...datasets] }).ended;
    assert.notEqual(sealed.code, 1, sealed.stderr);
    const parquet = (root: string) =>
      filesBelow(root)
        .filter((file) => file.endsWith('.parquet'))
        .map(
          (file) =>
            `${file.slice(root.length)} ${createHash('sha256').update(readFileSync(file)).digest('hex')}`,
        );
    assert.deepEqual(parquet(join(other, 'datasets/demo')), parquet(made.folder));
  });

  test('is fetched again from its bucket, and found damaged when it is', async () => {
    const copy = join(folder, 'copy');
    const fetched = await faultline(folder, 'fetch', 'demo', '--to', copy);
    assert.equal(fetched.code, 0, fetched.stderr);
    const file = join(copy, 'ocsf_traces.parquet');
    const bytes = readFileSync(file);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    const verified = await faultline(folder, 'verify', copy, '--quick');
    assert.equal(verified.code, 1);
    assert.match(verified.stdout, /ocsf_traces\.parquet/);
  });

  test('is listed; a taken run id and a missing object are refused with what to do', async () => {
    const listed = JSON.parse((await faultline(folder, 'ls', '--json')).stdout);
    assert.deepEqual(
      listed.map(({ run_id, rows }: { run_id: string; rows: number }) => [run_id, rows]),
      [['demo', made.rows]],
    );
    const taken = await faultline(folder, 'run', '--run-id', 'demo', '--duration', '5s');
    assert.equal(taken.code, 2);
    assert.match(taken.stderr, /demo/);
    rmSync(join(folder, '.faultline/s3/datasets/demo/ocsf_logs.parquet'));
    const fetched = await faultline(folder, 'fetch', 'demo', '--to', './incomplete');
    assert.equal(fetched.code, 1);
    assert.match(fetched.stderr, /ocsf_logs\.parquet/);
    assert.equal(existsSync(join(folder, 'incomplete')), false);
  });
});

const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
