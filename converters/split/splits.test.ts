import assert from 'node:assert/strict';
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openParquet } from '../dataset/parquet.ts';
import { EVENTS_FILE } from '../dataset/verify-labels.ts';
import { FLAT_FILES } from '../dataset/verify-rows.ts';
import { judgedCases, NEW_INDEX, SLOW_QUERY, TRUTH } from '../judge/cases/cases.test-world.ts';
import { SPLIT_NAMES, type SplitName } from './split.ts';
import { NORMAL_FILE, type Normal, SPLITS_FILE, type Splits } from './splits.ts';

const readJson = async <T>(dir: string, file: string) =>
  JSON.parse(await readFile(join(dir, file), 'utf8')) as T;
const isThere = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

type Row = Record<string, unknown>;
async function* rowsOf(dir: string): AsyncGenerator<Row> {
  for (const file of FLAT_FILES) {
    const parquet = await openParquet(join(dir, file));
    try {
      for await (const batch of parquet.objects()) yield* batch;
    } finally {
      await parquet.close();
    }
  }
}

const splitsAt = ({ splits }: Splits, time: number): SplitName[] =>
  SPLIT_NAMES.filter((name) => time >= splits[name].start_ms && time < splits[name].end_ms);

test('no row is in two blocks, no trace in two, and no case is cut', async (t) => {
  const { world } = await judgedCases(t);
  const splits = await readJson<Splits>(world.dir, SPLITS_FILE);
  assert.deepEqual([splits.run_id, splits.gap_ms], ['run-1', 30_000]);
  const traces = new Map<string, Set<SplitName>>();
  const rows = { in: 0, out: 0 };
  for await (const { time, trace_id } of rowsOf(world.dir)) {
    const found = splitsAt(splits, Number(time));
    assert.ok(found.length <= 1);
    rows[found.length === 1 ? 'in' : 'out']++;
    if (trace_id == null || !found[0]) continue;
    traces.set(String(trace_id), (traces.get(String(trace_id)) ?? new Set()).add(found[0]));
  }
  assert.ok(rows.in > 5000 && rows.out > 500, JSON.stringify(rows));
  assert.ok(traces.size > 2000 && [...traces.values()].every(({ size }) => size === 1));
  for (const { change, revert } of [SLOW_QUERY, NEW_INDEX])
    assert.deepEqual(
      splitsAt(splits, change?.started_ms ?? 0),
      splitsAt(splits, revert?.acknowledged_ms ?? 0),
    );
});

test('what is normal of the training block is in the ground truth, and has no positive event', async (t) => {
  const { world } = await judgedCases(t);
  const { splits } = await readJson<Splits>(world.dir, SPLITS_FILE);
  const { split, normal } = await readJson<Normal>(world.dir, NORMAL_FILE);
  assert.equal(split, 'train');
  assert.ok(normal.length > 0);
  for (const { start_ms, end_ms } of normal)
    assert.ok(start_ms >= splits.train.start_ms && end_ms <= splits.train.end_ms && start_ms < end_ms);
  const parquet = await openParquet(join(world.dir, EVENTS_FILE));
  t.after(() => parquet.close());
  let positive = 0;
  for await (const batch of parquet.objects())
    for (const { label, time } of batch) {
      if (label !== 1) continue;
      positive++;
      assert.ok(!normal.some(({ start_ms, end_ms }) => Number(time) >= start_ms && Number(time) < end_ms));
    }
  assert.ok(positive > 300);
});

test('where a trace lasts longer than a gap, the cut is elsewhere', async (t) => {
  const cutOf = async (t: Parameters<typeof judgedCases>[0], run: Parameters<typeof judgedCases>[1]) =>
    (await readJson<Splits>((await judgedCases(t, run)).world.dir, SPLITS_FILE)).splits;
  const before = await cutOf(t, {});
  const [from, to] = [before.train.end_ms - 5_000, before.validation.start_ms + 5_000];
  const after = await cutOf(t, {
    change: ({ traces }) =>
      void traces.push(
        ...[from, to].map((time, i) => ({
          ...{ time, duration: 1, trace_id: 'f'.repeat(32), span_id: `${i}`.repeat(16) },
          ...{ event_uid: `long-${i}`, event_kind: 'internal', service: 'payment-worker' },
        })),
      ),
  });
  assert.notDeepEqual(after, before);
  const blocks = [from, to].flatMap((time) => splitsAt({ splits: after } as Splits, time));
  assert.equal(new Set(blocks).size <= 1, true, blocks.join());
});

test('a run that was ended early is not split: what had begun then is in no truth', async (t) => {
  const { world } = await judgedCases(t, { truth: { ...TRUTH, complete: false } });
  assert.equal(await isThere(join(world.dir, SPLITS_FILE)), false);
  assert.equal(await isThere(join(world.dir, NORMAL_FILE)), false);
});

test('where nothing was changed, all of the training block is normal', async (t) => {
  const { world } = await judgedCases(t, { truth: { ...TRUTH, cases: [] } });
  assert.ok(await isThere(join(world.dir, SPLITS_FILE)));
  const { normal } = await readJson<Normal>(world.dir, NORMAL_FILE);
  const { splits } = await readJson<Splits>(world.dir, SPLITS_FILE);
  assert.deepEqual(normal, [splits.train]);
});
