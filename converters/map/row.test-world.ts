import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '../ocsf/validate.ts';
import { type Mapped, mapped, SPAN, spanRequest, TIME, TRACE } from './otlp.test-world.ts';

type Json = Record<string, unknown>;

/** The one flat row of a request, whose event is valid; its identity is that of the event. */
export function rowOf({ events, flat, rejected, outside }: Mapped): { row: Json; event: Json } {
  assert.deepEqual([events.length, flat.length, rejected.length, outside], [1, 1, 0, 0]);
  const [event, row] = [events[0] as Json, flat[0] as Json];
  assert.deepEqual(problems(event), []);
  assert.equal(row.event_uid, (event.metadata as Json).uid);
  assert.equal(row.event_kind, (event.metadata as Json).event_code);
  assert.equal(row.time, TIME);
  return { row, event };
}

/** The row has these values; undefined: it has none. */
export const holds = (row: Json, wanted: Json): void =>
  assert.deepEqual(Object.fromEntries(Object.keys(wanted).map((name) => [name, row[name]])), wanted);

/** What the row says of the span that has no column. */
export const restOf = (row: Json): Json => JSON.parse((row.attributes as string | undefined) ?? '{}') as Json;

/** A span and its attributes, what its flat row holds, and what has no column. */
export type SpanCase = readonly [name: string, span: Json, attributes: Json, wanted: Json, rest: Json];

/** A test for each: the row and the rest are as wanted, and the valid event keeps the same rest. */
export function testSpans(cases: readonly SpanCase[]): void {
  for (const [name, span, attributes, wanted, rest] of cases)
    test(`${name}: ${String(wanted.event_kind ?? wanted.activity_name)}`, () => {
      const { row, event } = rowOf(mapped('traces', spanRequest(span, attributes)));
      holds(row, { ...wanted, trace_id: TRACE, span_id: SPAN, duration: 1.234567, service: 'web-api' });
      assert.deepEqual(restOf(row), rest);
      const { attributes: kept = {} } = (event.unmapped ?? {}) as { attributes?: Json };
      assert.deepEqual(kept, rest);
    });
}
