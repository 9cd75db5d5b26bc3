import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../bench/telemetry.ts';
import { below, type Random } from '../faults/wounds.test-world.ts';
import { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';
import { decodePart, encodePart } from '../parts/part.ts';
import type { PartOf } from '../parts/read-part.ts';
import { type RowsView, sortedOrder, viewOf } from '../parts/rows-view.ts';
import { mergeParts, noCounts } from './merge.ts';

const START = 1_795_500_000_000;

interface Event {
  readonly time: number;
  readonly uid: string;
  readonly message: string | undefined;
  readonly status: number;
}

interface Made {
  readonly part: PartOf;
  readonly view: RowsView;
  readonly events: readonly Event[];
}

/** A part of events between two times; some of them come twice, also in others of the same time. */
async function madePart(n: number, random: Random, from: number, to: number, count: number): Promise<Made> {
  const events = Array.from({ length: count }, (): Event => {
    const time = START + from + below(random, to - from);
    const uid = `${time}${below(random, 3)}`.padStart(32, '0');
    const message = below(random, 4) === 0 ? undefined : `of ${below(random, 500)}`;
    return { time, uid, message, status: 200 + below(random, 3) };
  });
  const rows = new Rows();
  for (const { time, uid, message, status } of events) {
    const row = rows.add();
    rows.setNumber(SLOT.time, row, time);
    rows.setHex(SLOT.event_uid, row, uid);
    rows.setText(SLOT.event_kind, row, rows.pool.of('http.server'));
    if (message !== undefined) rows.setText(SLOT.message, row, rows.pool.of(message));
    rows.setNumber(SLOT.http_status, row, status);
  }
  rows.settle();
  const own = viewOf(rows);
  const bytes = await encodePart({ view: own, order: sortedOrder(own) });
  const view = await decodePart({ key: `part ${n}`, bytes });
  const times = events.map(({ time }) => time);
  return {
    view,
    events,
    part: {
      ...{ source: `part ${n}`, n: 0, signal: 'traces', read: count, rows: count, rejected: 0 },
      ...{
        outside_window: 0,
        reasons: {},
        sha256: null,
        min_ms: Math.min(...times),
        max_ms: Math.max(...times),
      },
    },
  };
}

/** The same, by a sort of all. Of copies the least by content stays: number, then text, where none is less than any. */
function expected(parts: readonly Made[], endMs: number): Event[] {
  const of = ({ time, uid, status, message = '' }: Event): string => `${time} ${uid} ${status} ${message}`;
  const all = parts.flatMap(({ events }) => events).filter(({ time }) => time < endMs);
  all.sort((a, b) => (of(a) < of(b) ? -1 : 1));
  return all.filter(({ uid }, i) => uid !== all[i - 1]?.uid);
}

const EVERY = 60_000;
const CASES: readonly (readonly [what: string, parts: readonly (readonly [number, number, number])[]])[] = [
  ['one behind the other', Array.from({ length: 12 }, (_, i) => [i * EVERY, (i + 1) * EVERY, 3_000])],
  ['that overlap at their ends', Array.from({ length: 12 }, (_, i) => [i * 900, i * 900 + 1_000, 2_500])],
  ['of the same time', Array.from({ length: 9 }, () => [0, 20_000, 2_000])],
  [
    'within a long one',
    [[0, 500_000, 9_000], ...Array.from({ length: 30 }, (_, i) => [i * 9_000, i * 9_000 + 40, 60] as const)],
  ],
  ['of one row', Array.from({ length: 50 }, (_, i) => [i % 7, (i % 7) + 1, 1])],
];

for (const [what, spans] of CASES)
  test(`merged parts ${what} are what a sort of all rows gives, without copies`, async () => {
    const random = seeded(spans.length);
    const parts: Made[] = [];
    for (const [from, to, count] of spans) parts.push(await madePart(parts.length, random, from, to, count));
    const endMs = START + Math.max(...spans.map(([, to]) => to)) - 5;
    const views = new Map(parts.map(({ part, view }) => [part.source, view]));
    const counts = noCounts();
    const merged: Event[] = [];
    const batches = mergeParts({
      parts: parts.map(({ part }) => part).reverse(),
      open: async function* (inOrder) {
        for (const { source } of inOrder) yield views.get(source) as RowsView;
      },
      ...{ endMs, counts },
    });
    for await (const { rows, signals } of batches) {
      assert.equal(signals.length, rows.length);
      for (let row = 0; row < rows.length; row++)
        merged.push({
          time: rows.value(row, 'time') as number,
          uid: rows.value(row, 'event_uid') as string,
          message: rows.value(row, 'message') as string | undefined,
          status: rows.value(row, 'http_status') as number,
        });
    }
    assert.deepEqual(merged, expected(parts, endMs));
    const read = parts.reduce((sum, { part }) => sum + part.rows, 0);
    assert.equal(merged.length + counts.duplicate.traces + counts.outside.traces, read);
    assert.ok(counts.duplicate.traces > 0);
  });
