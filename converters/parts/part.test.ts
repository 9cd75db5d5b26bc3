import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rows } from '../map/rows.ts';
import { ID_BYTES, isShared, SLOT, SLOT_NAMES, type SlotName, slotKind } from '../map/slots.ts';
import { loadZstd } from '../zstd.ts';
import { decodePart, encodePart } from './part.ts';
import { type RowsView, viewOf } from './rows-view.ts';
import { joined } from './sections.ts';

type Row = Partial<Record<SlotName, string | number>>;

function rowsOf(of: readonly Row[]): Rows {
  const rows = new Rows();
  for (const values of of) {
    const row = rows.add();
    for (const [name, value] of Object.entries(values)) {
      const slot = SLOT[name as SlotName];
      if (typeof value === 'number') rows.setNumber(slot, row, value);
      else if (slotKind(name as SlotName) === 'h') rows.setHex(slot, row, value);
      else rows.setText(slot, row, rows.pool.of(value));
    }
  }
  return rows;
}

const decoder = new TextDecoder();
function readBack({ length, template, numbers, texts, ids, bytes, offsets }: RowsView): Row[] {
  return Array.from({ length }, (_, row) => {
    const found: Row = {};
    for (const name of SLOT_NAMES) {
      const slot = SLOT[name];
      const at = isShared[slot] === 1 ? (template[row] as number) : row;
      if (slotKind(name) === 'n') {
        const value = numbers[slot]?.[at] ?? Number.NaN;
        if (!Number.isNaN(value)) found[name] = value;
      } else if (slotKind(name) === 'h') {
        const width = ID_BYTES[slot] as number;
        const id = ids[slot]?.subarray(row * width, (row + 1) * width);
        if (id?.some((byte) => byte !== 0)) found[name] = Buffer.from(id).toString('hex');
      } else {
        const id = texts[slot]?.[at] ?? -1;
        if (id >= 0) found[name] = decoder.decode(bytes.subarray(offsets[id], offsets[id + 1]));
      }
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

test('ids are hex of one length: what is none is absent', async () => {
  for (const strange of [
    'ABCDEF0123456789',
    'abc',
    'g'.repeat(16),
    `${'0'.repeat(15)}g`,
    '',
    'a'.repeat(18),
  ]) {
    const found = await throughPart([{ ...common, event_uid: uid(7), span_id: strange }]);
    assert.deepEqual(found, [{ ...common, event_uid: uid(7) }], strange);
  }
});

test('rows that share all that can be shared have one template, in the part too', async () => {
  const rows: Row[] = Array.from({ length: 200 }, (_, i) => ({
    ...common,
    event_uid: uid(i + 1),
    http_status: i % 4 === 0 ? 404 : 200,
    message: `line ${i}`,
  }));
  const mapped = rowsOf(rows);
  mapped.settle();
  assert.equal(mapped.templates.length, 2);
  const order = inOrder(rows.length).reverse();
  const part = await decodePart({ key: 'a part', bytes: await encodePart({ view: viewOf(mapped), order }) });
  assert.equal(part.templates, 2);
  assert.deepEqual(readBack(part), rows.toReversed());
});

test('what was taken back is in no template', () => {
  const mapped = rowsOf([{ ...common, http_status: 200 }]);
  const row = mapped.add();
  mapped.setNumber(SLOT.http_status, row, 500);
  mapped.drop();
  mapped.setNumber(SLOT.class_uid, mapped.add(), 4002);
  mapped.settle();
  assert.deepEqual(mapped.row(1), { class_uid: 4002 });
  assert.equal(mapped.templates.length, 2);
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

test('what some row had and none has any more is not in a part: the same rows give the same bytes', async () => {
  const rows: Row[] = [{ ...common, event_uid: uid(1) }];
  const other = rowsOf(rows);
  const row = other.add();
  other.setHex(SLOT.span_id, row, '00f067aa0ba902b7');
  other.setNumber(SLOT.http_status, row, 500);
  other.setText(SLOT.message, row, other.pool.of('taken back'));
  other.drop();
  const bytes = async (of: Rows) => encodePart({ view: viewOf(of), order: inOrder(1) });
  assert.deepEqual(await bytes(other), await bytes(rowsOf(rows)));
});

test('times of spans that are those of their rows are not there twice', async () => {
  const spans: Row[] = Array.from({ length: 500 }, (_, i) => {
    const time = common.time + 70 * i;
    return { ...common, time, event_uid: uid(i + 1), start_time: time };
  });
  const bytes = await encodePart({ view: viewOf(rowsOf(spans)), order: inOrder(spans.length) });
  const part = await decodePart({ key: 'a part', bytes });
  assert.deepEqual(readBack(part), spans);
  assert.equal(part.numbers[SLOT.start_time], part.numbers[SLOT.time]);
  const last = spans[499] as { start_time: number };
  last.start_time -= 1;
  assert.deepEqual(await throughPart(spans), spans);
});

test('a part that is cut, longer, or begins in another way is refused, wherever it lies in memory', async () => {
  const rows: Row[] = Array.from({ length: 20 }, (_, i) => ({
    ...common,
    event_uid: uid(i + 1),
    message: `${i}`,
  }));
  const bytes = await encodePart({ view: viewOf(rowsOf(rows)), order: inOrder(rows.length) });
  const moved = Buffer.concat([Buffer.of(7), bytes]).subarray(1);
  assert.deepEqual(readBack(await decodePart({ key: 'a part', bytes: moved })), rows);
  const refused = { code: 'PART_INVALID' };
  for (let length = 0; length < bytes.length; length++)
    await assert.rejects(
      decodePart({ key: 'a part', bytes: bytes.subarray(0, length) }),
      refused,
      `${length}`,
    );
  await assert.rejects(
    decodePart({ key: 'a part', bytes: Buffer.concat([bytes, Buffer.alloc(8)]) }),
    refused,
  );
  for (let at = 0; at < 12; at++) {
    const wrong = Uint8Array.from(bytes);
    wrong[at] = (wrong[at] as number) ^ 1;
    await assert.rejects(decodePart({ key: 'a part', bytes: wrong }), refused, `byte ${at}`);
  }
});

/** A part whose head says something else, or whose strings are changed. */
async function tampered(part: Uint8Array, change: (head: Record<string, unknown>, rest: Uint8Array) => void) {
  const { compress, decompress } = await loadZstd();
  const [magic = 0, jsonBytes = 0, frameBytes = 0] = new Uint32Array(part.slice(0, 12).buffer);
  const aligned = (length: number) => Math.ceil(length / 8) * 8;
  const inner = decompress(part.subarray(16, 16 + frameBytes));
  const head = JSON.parse(Buffer.from(inner.subarray(0, jsonBytes)).toString());
  const rest = inner.slice(aligned(jsonBytes));
  change(head, rest);
  const json = Buffer.from(JSON.stringify(head));
  const frame = compress(Buffer.concat([joined([json]), rest]));
  const sizes = new Uint8Array(Uint32Array.of(magic, json.length, frame.length).buffer);
  return joined([sizes, frame, part.subarray(16 + aligned(frameBytes))]);
}

test('a part that says what cannot be is refused, whoever vouches for its bytes', async () => {
  const rows: Row[] = [1, 2].map((n) => ({ event_uid: uid(n), time: common.time, message: 'words' }));
  const view = viewOf(rowsOf(rows));
  const part = await encodePart({ view, order: inOrder(rows.length) });
  assert.deepEqual(
    readBack(await decodePart({ key: 'a part', bytes: await tampered(part, () => {}) })),
    rows,
  );
  const isRefused = async (change: Parameters<typeof tampered>[1]) => {
    const bytes = await tampered(part, change);
    await assert.rejects(decodePart({ key: 'a part', bytes }), { code: 'PART_INVALID' });
  };
  await isRefused((head) => Object.assign(head, { templates: 2 ** 28 }));
  await isRefused((head) => Object.assign(head.template as object, { least: -1 }));
  // A column by another name is another column.
  const rename = (from: string, to: string) => (head: Record<string, unknown>) => {
    for (const column of head.own as { name: string }[]) if (column.name === from) column.name = to;
  };
  await isRefused(rename('event_uid', 'trace_id'));
  await isRefused(rename('time', 'end_time'));
  await isRefused((_, rest) => rest.fill(0xff, rest.length - 8));
});
