import assert from 'node:assert/strict';
import { problems } from '../ocsf/validate.ts';
import { type Mapped, TIME } from './otlp.test-world.ts';

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
