import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CampaignName } from '../../loadtests/campaign/plan/campaigns.ts';
import { type PlannedCase, plan } from '../../loadtests/campaign/plan/plan.ts';
import type { Span } from '../truth/record.ts';
import { normalOf } from './normal.ts';
import { type Blocks, type Busy, GAP_MS, SPLIT_NAMES, splitRun } from './split.ts';

const S = 1000;
const lengthOf = ({ start_ms, end_ms }: Span) => end_ms - start_ms;
const within = (inner: Span, outer: Span) => inner.start_ms >= outer.start_ms && inner.end_ms <= outer.end_ms;

/** As a case that shows from its change to its revert. */
const busyOf = ({ truth, phases }: PlannedCase): Busy => ({
  start_ms: phases.change.start_ms,
  end_ms: phases.revert.end_ms,
  positive: truth === 'fault',
});

function planned(campaign: CampaignName, seed: number) {
  const { cases, duration_ms } = plan({ campaign, seed });
  const busy = cases.map(busyOf);
  return { window: { start_ms: 0, end_ms: duration_ms }, busy };
}

/** In the order of time, a gap apart, from the first to the last moment of the run. */
function checkBlocks(blocks: Blocks, window: Span): void {
  const { train, validation, test: last } = blocks;
  assert.deepEqual([train.start_ms, last.end_ms], [window.start_ms, window.end_ms]);
  assert.equal(validation.start_ms - train.end_ms, GAP_MS);
  assert.equal(last.start_ms - validation.end_ms, GAP_MS);
  for (const name of SPLIT_NAMES) assert.ok(lengthOf(blocks[name]) >= GAP_MS, name);
}

for (const campaign of ['quick', 'standard'] as const)
  test(`a ${campaign} campaign of any seed has a fault in every block, and no gap cuts a case`, () => {
    for (let seed = 0; seed < 40; seed++) {
      const { window, busy } = planned(campaign, seed);
      const blocks = splitRun({ window, busy, traces: [] });
      assert.ok(blocks, `seed ${seed}`);
      checkBlocks(blocks, window);
      for (const one of busy)
        assert.ok(
          SPLIT_NAMES.some((name) => within(one, blocks[name])),
          `seed ${seed}`,
        );
      for (const name of SPLIT_NAMES)
        assert.ok(
          busy.some((one) => one.positive && within(one, blocks[name])),
          `seed ${seed}: ${name}`,
        );
    }
  });

test('without cases it is 60, 20 and 20 per cent of what the gaps leave, to a step', () => {
  const window = { start_ms: 1_000, end_ms: 7_201_000 };
  const blocks = splitRun({ window, busy: [], traces: [] });
  assert.ok(blocks);
  checkBlocks(blocks, window);
  for (const [name, share] of [
    ['train', 0.6],
    ['validation', 0.2],
    ['test', 0.2],
  ] as const)
    assert.ok(Math.abs(lengthOf(blocks[name]) / 7_140_000 - share) < 0.002, name);
});

test('no trace reaches over a gap: the cut moves', () => {
  const window = { start_ms: 0, end_ms: 600 * S };
  const before = splitRun({ window, busy: [], traces: [] });
  assert.ok(before);
  const cut = before.train.end_ms;
  const long = { start_ms: cut - 20 * S, end_ms: cut + GAP_MS + 20 * S };
  const moved = splitRun({ window, busy: [], traces: [long] });
  assert.ok(moved);
  checkBlocks(moved, window);
  const touched = SPLIT_NAMES.filter(
    (name) => long.start_ms < moved[name].end_ms && long.end_ms >= moved[name].start_ms,
  );
  assert.equal(touched.length, 1);
  // One that ends within the gap is in one block alone.
  const short = { start_ms: cut - 20 * S, end_ms: cut + GAP_MS - 1 };
  assert.deepEqual(splitRun({ window, busy: [], traces: [short] }), before);
});

const onGrid = ({ train, validation }: Blocks, { start_ms }: Span, step: number) =>
  [train.end_ms, validation.end_ms].every((at) => (at - start_ms) % step === 0);

test('where a gap lies does not tell to the millisecond when a case began or ended', () => {
  for (let seed = 0; seed < 40; seed++) {
    const { window, busy } = planned('quick', seed);
    const uneven = busy.map((one) => ({ ...one, start_ms: one.start_ms + 137, end_ms: one.end_ms + 411 }));
    const blocks = splitRun({ window, busy: uneven, traces: [] });
    assert.ok(blocks && onGrid(blocks, window, 5 * S), `seed ${seed}: ${JSON.stringify(blocks)}`);
  }
});

test('where the grid has no place between two cases, the gap is on the next finer one that has', () => {
  const window = { start_ms: 0, end_ms: 600 * S };
  const fault = (start_ms: number, end_ms: number) => ({ start_ms, end_ms, positive: true });
  const split = (room: number) => {
    const busy = [fault(10_137, 300_411), fault(300_411 + room, 500_137), fault(550_137, 580_411)];
    const blocks = splitRun({ window, busy, traces: [] });
    assert.ok(blocks);
    checkBlocks(blocks, window);
    return [blocks.train.end_ms, blocks.validation.end_ms];
  };
  assert.deepEqual(split(GAP_MS + 4_800), [305_000, 505_000]);
  assert.deepEqual(split(GAP_MS + 1_200), [301_000, 505_000]);
  assert.deepEqual(split(GAP_MS), [300_411, 505_000]);
});

test('a long run has a wider grid: of 24 hours one of 90 s, and still a gap between cases close together', () => {
  const window = { start_ms: 1_000, end_ms: 86_401_000 };
  const blocks = splitRun({ window, busy: [], traces: [] });
  assert.ok(blocks && onGrid(blocks, window, 90 * S), JSON.stringify(blocks));
  checkBlocks(blocks, window);
  const [length, room] = [400 * S, GAP_MS + 2 * S];
  const busy = Array.from({ length: 199 }, (_, i) => {
    const start_ms = window.start_ms + room + i * (length + room);
    return { start_ms, end_ms: start_ms + length, positive: i % 3 === 0 };
  });
  const between = splitRun({ window, busy, traces: [] });
  assert.ok(between);
  checkBlocks(between, window);
  for (const one of busy) assert.ok(SPLIT_NAMES.some((name) => within(one, between[name])));
});

test('a run of five gaps can be split, and nothing shorter', () => {
  const window = { start_ms: 0, end_ms: 5 * GAP_MS };
  assert.ok(splitRun({ window, busy: [], traces: [] }));
  assert.equal(splitRun({ window: { ...window, end_ms: 5 * GAP_MS - 1 }, busy: [], traces: [] }), undefined);
  const all = { ...window, positive: true };
  assert.equal(splitRun({ window: { start_ms: 0, end_ms: 6 * GAP_MS }, busy: [all], traces: [] }), undefined);
});

test('normal is what lies before a fault and a gap after it, with harmless changes', () => {
  const block = { start_ms: 0, end_ms: 600 * S };
  const faults = [
    { start_ms: 100 * S, end_ms: 150 * S },
    { start_ms: 170 * S, end_ms: 200 * S },
    { start_ms: 700 * S, end_ms: 800 * S },
  ];
  assert.deepEqual(normalOf({ block, faults }), [
    { start_ms: 0, end_ms: 100 * S },
    { start_ms: 230 * S, end_ms: 600 * S },
  ]);
  assert.deepEqual(normalOf({ block, faults: [] }), [block]);
  assert.deepEqual(normalOf({ block, faults: [{ start_ms: 0, end_ms: 590 * S }] }), []);
});
