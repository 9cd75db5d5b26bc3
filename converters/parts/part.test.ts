import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows } from '../map/rows.ts';
import { SLOT, SLOT_NAMES, type SlotName, slotKind } from '../map/slots.ts';
import { decodePart, encodePart } from './part.ts';
import { type RowsView, viewOf } from './rows-view.ts';

type Row = Partial<Record<SlotName, string | number>>;

function rowsOf(of: readonly Row[]): Rows {
  const rows = new Rows();
  for (const values of of) {
    const row = rows.add();
    for (const [name, value] of Object.entries(values)) {
      const slot = SLOT[name as SlotName];
      if (typeof value === 'number') rows.setNumber(slot, row, value);
      else rows.setText(slot, row, rows.pool.of(value));
    }
  }
  return rows;
}

const decoder = new TextDecoder();
function readBack({ length, numbers, texts, bytes, offsets }: RowsView): Row[] {
  return Array.from({ length }, (_, row) => {
    const found: Row = {};
    for (const name of SLOT_NAMES) {
      const slot = SLOT[name];
      if (slotKind(name) === 'n') {
        const value = numbers[slot]?.[row] ?? Number.NaN;
        if (!Number.isNaN(value)) found[name] = value;
        continue;
      }
      const id = texts[slot]?.[row] ?? -1;
      if (id >= 0) found[name] = decoder.decode(bytes.subarray(offsets[id], offsets[id + 1]));
    }
    return found;
  });
}

const inOrder = (length: number) => Uint32Array.from({ length }, (_, i) => i);
const uid = (n: number) => n.toString(16).padStart(32, '0');
const common = { event_kind: 'http.server', time: 1_795_500_000_000, duration_us: 0.125, class_uid: 4002 };

async function throughPart(rows: readonly Row[]): Promise<Row[]> {
  const view = viewOf(rowsOf(rows));
  const bytes = await encodePart({ view, order: inOrder(rows.length) });
  return readBack(await decodePart({ key: 'a part', bytes }));
}

test('what goes into a part comes out of it: ids as bytes, absent ones, text and numbers', async () => {
  const rows: Row[] = Array.from({ length: 300 }, (_, i) => ({
    ...common,
    event_uid: uid(i + 1),
    trace_id: uid(1 + (i >> 3)),
    ...(i % 3 !== 0 && { span_id: `00000000000${(0x10000 + i).toString(16)}` }),
    message: `ä${i % 7}`,
    http_status: i,
    ...(i % 2 === 0 && { dst_port: 65_535 }),
  }));
  assert.deepEqual(await throughPart(rows), rows);
});

test('ids that are no hex of one length stay text', async () => {
  for (const strange of ['0000000000000000', 'ABCDEF0123456789', 'abc', 'g'.repeat(16), '', 'a'.repeat(18)]) {
    const rows: Row[] = [
      { ...common, event_uid: uid(7), span_id: 'a'.repeat(16), parent_span_id: strange },
      { ...common, event_uid: uid(8), span_id: strange, parent_span_id: 'b'.repeat(16) },
      { ...common, event_uid: uid(9) },
    ];
    assert.deepEqual(await throughPart(rows), rows, strange);
  }
});

test('the same rows give the same bytes, whatever else the pool has seen', async () => {
  const rows: Row[] = [{ ...common, event_uid: uid(1), message: 'one' }];
  const other = rowsOf(rows);
  other.pool.of('never used');
  const order = inOrder(1);
  const [a, b] = [
    await encodePart({ view: viewOf(rowsOf(rows)), order }),
    await encodePart({ view: viewOf(other), order }),
  ];
  assert.deepEqual(a, b);
});
