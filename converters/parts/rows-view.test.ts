import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../bench/telemetry.ts';
import { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';
import { compareRows, sortedOrder, viewOf } from './rows-view.ts';

const HOUR = 1_795_500_000_000;

/** Rows whose times lie within `range` ms, of so many different uids. */
function viewWith({
  count,
  range,
  uids,
  seed,
}: {
  count: number;
  range: number;
  uids: number;
  seed: number;
}) {
  const random = seeded(seed);
  const rows = new Rows();
  for (let i = 0; i < count; i++) {
    const row = rows.add();
    rows.setNumber(SLOT.time, row, HOUR + Math.floor(random() * range));
    rows.setHex(SLOT.event_uid, row, `${Math.floor(random() * uids).toString(16)}`.padStart(32, 'f'));
    rows.setNumber(SLOT.duration_us, row, Math.floor(random() * 1000));
  }
  rows.settle();
  return viewOf(rows);
}

test('rows come in the order of the dataset, by their times and of equal ones by all that they say, however far apart the times are', () => {
  for (const range of [1, 40, 2_000, 2 ** 20, 2 ** 31, 2 ** 41])
    for (const [count, uids] of [
      [0, 1],
      [1, 1],
      [700, 1 << 30],
      [700, 9],
    ] as const) {
      const view = viewWith({ count, range, uids, seed: range % 1_000_003 });
      const expected = Array.from({ length: count }, (_, row) => row);
      expected.sort((a, b) => compareRows(view, a, view, b) || a - b);
      assert.deepEqual([...sortedOrder(view)], expected, `${count} rows in ${range} ms`);
    }
});
