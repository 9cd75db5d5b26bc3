import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { openParquet } from '../../converters/dataset/parquet.ts';
import type { Quality } from '../../converters/judge/quality.ts';
import { faultline, start } from './testing/command.ts';

/** Seconds; short, but for the windows of the judge long enough. */
const PHASES = { FAULTLINE_BASELINE: '25s', FAULTLINE_HOLD: '25s', FAULTLINE_COOLDOWN: '15s' };

describe('a dataset with a change that does harm', { timeout: 600_000 }, () => {
  let folder = '';
  let made: { run_id: string; folder: string; rows: number; quality: Quality };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dataset-test-'));
    const args = ['run', '--json', '--run-id', 'storm', '--seed', '11', '--scenario', '04-cache-storm'];
    const { code, stdout, stderr } = await start({ folder, env: PHASES, args }).ended;
    assert.ok(code === 0 || code === 99, stderr); // 99: how much slower it gets is up to the machine
    made = JSON.parse(stdout);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('its mechanism moved, and the stack tells of the change that the client made', () => {
    const { cases, change_events, checks, conservation } = made.quality;
    assert.equal(cases.length, 1);
    assert.equal(cases[0]?.verdicts.mechanism, 'passed', JSON.stringify(cases[0]));
    assert.deepEqual(change_events, { applied: 1, missing: [], elsewhen: [] });
    assert.deepEqual(
      checks.filter(({ gate, ok }) => gate && ok === false),
      [],
    );
    assert.equal(conservation.sent, conservation.answered + conservation.unanswered.count);
  });

  test('has no ground truth unless it is asked for, and is whole without', async () => {
    assert.equal(existsSync(join(made.folder, 'labels')), false);
    const verified = await faultline(folder, 'verify', 'storm');
    assert.equal(verified.code, 0, verified.stdout);
    const sums = readFileSync(join(made.folder, 'SHA256SUMS'), 'utf8');
    assert.doesNotMatch(sums, /labels/);
  });

  test('its labels name events of the data by uid, those of its traces while it harmed, and the change itself', async () => {
    const copy = join(folder, 'labelled');
    const fetched = await faultline(folder, 'fetch', 'storm', '--to', copy, '--labels');
    assert.equal(fetched.code, 0, fetched.stderr);
    const verified = await faultline(folder, 'verify', copy);
    assert.equal(verified.code, 0, verified.stdout);

    const [row] = await rowsOf(join(copy, 'labels/windows.parquet'));
    assert.ok(row);
    assert.equal(row.truth, 'fault');
    assert.deepEqual(JSON.parse(String(row.change_request)).kind, 'cache_flush');
    const changes = await rowsOf(join(copy, 'ocsf_changes.parquet'));
    const flush = changes.filter(({ change_kind }) => change_kind === 'cache_flush');
    assert.deepEqual(
      flush.map(({ change_uid }) => change_uid),
      [row.change_uid],
    );

    const labelled = await rowsOf(join(copy, 'labels/ocsf_eval_subset.parquet'));
    const uids = new Set<unknown>();
    for (const name of readdirSync(copy).filter((file) => /^ocsf_.*\.parquet$/.test(file)))
      for (const { event_uid } of await rowsOf(join(copy, name))) uids.add(event_uid);
    assert.deepEqual(
      labelled.filter(({ event_uid }) => !uids.has(event_uid)),
      [],
    );
    const positive = labelled.filter(({ label }) => label === 1);
    assert.ok(positive.length > 0 && positive.length < labelled.length / 2, `${positive.length} positive`);
    for (const { time, phase } of positive) {
      assert.equal(phase, 'impact');
      assert.ok(Number(time) >= Number(row.start_ms) && Number(time) < Number(row.end_ms));
    }
  });
});

async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  const parquet = await openParquet(path);
  try {
    const names = parquet.columns;
    const rows: Record<string, unknown>[] = [];
    for await (const group of parquet.groups(names)) {
      const columns = names.map((name) => group.column(name));
      for (let i = 0; i < group.rows; i++)
        rows.push(Object.fromEntries(names.map((name, at) => [name, columns[at]?.[i]])));
    }
    return rows;
  } finally {
    await parquet.close();
  }
}
