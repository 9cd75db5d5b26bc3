import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';
import { CLASSES } from '../ocsf/classes.ts';
import { Chosen } from './chosen.ts';
import { Unmapped } from './unmapped.ts';

const layout = CLASSES.find(({ class_uid }) => class_uid === 0);
const decoder = new TextDecoder();

function textsOf(
  rows: Rows,
  chosen: readonly number[],
  of = new Unmapped(layout ?? assert.fail()),
): string[] {
  const { values } = of.column(new Chosen(rows, Int32Array.from(chosen)));
  assert.ok('written' in values);
  const { written, offsets } = values;
  return chosen.map((_, i) => decoder.decode(written.subarray((offsets[i] as number) + 4, offsets[i + 1])));
}

test('JSON of what has no place, in the order of the layout; nothing where nothing is', () => {
  const rows = new Rows({ capacity: 4 });
  const put = (row: number, slot: keyof typeof SLOT, text: string) =>
    rows.setText(SLOT[slot], row, rows.pool.of(text));
  const hostile = 'a "quote", a \\, a\nline, \u0001, ä€𝄞\u007f';
  rows.add();
  put(0, 'request_id', hostile);
  put(0, 'metric_name', 'up');
  rows.setNumber(SLOT.metric_value, 0, 1.5e-7);
  rows.add();
  rows.add();
  put(2, 'labels', '{"b":1,"a":"x"}');
  rows.setHex(SLOT.trace_id, 2, 'ff'.repeat(16));
  const [first, second, third] = textsOf(rows, [0, 1, 2]);
  assert.deepEqual(JSON.parse(first ?? ''), {
    request_id: hostile,
    metric: { name: 'up', value: 1.5e-7 },
  });
  assert.equal(second, '');
  assert.equal(third, `{"trace":{"uid":"${'ff'.repeat(16)}"},"metric":{"labels":{"b":1,"a":"x"}}}`);
  assert.deepEqual(textsOf(rows, [2, 0]), [third, first]);
});

test('as JSON.stringify writes each character below 160', () => {
  const rows = new Rows({ capacity: 1 });
  rows.add();
  for (let code = 0; code < 160; code++) {
    const text = `x${String.fromCharCode(code)}y`;
    rows.setText(SLOT.request_id, 0, rows.pool.of(text));
    assert.deepEqual(textsOf(rows, [0]), [JSON.stringify({ request_id: text })]);
  }
});

test('numbers as JavaScript prints them', () => {
  const all = [
    0,
    -0,
    7,
    10,
    99,
    100,
    4242,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 53,
    -3,
    0.5,
    1e-7,
    1e21,
    0.001,
    1e-4,
    0.1 + 0.2,
    1234.567,
    20.5,
    1e9,
    1_000_000_001,
    999_999_999_999.999,
    1_795_500_000_000,
    0.125,
    7.1005,
    60.06,
  ];
  const rows = new Rows({ capacity: all.length });
  for (const value of all) {
    const row = rows.add();
    rows.setText(SLOT.metric_name, row, rows.pool.of('up'));
    rows.setNumber(SLOT.metric_value, row, value);
  }
  const said = textsOf(rows, [...all.keys()]);
  assert.deepEqual(
    said,
    all.map((value) => `{"metric":{"name":"up","value":${String(value)}}}`),
  );
});
