import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { byName } from './line.ts';
import { operationOf, type RowWriter, setUser, spanOutcome, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const API = 6003;
const OPERATION = text('graphql.operation');
const OTHER = text('Other');
/** `graphql.operation.type` → OCSF 6003 `activity_id`. */
const TYPES = byName<readonly [number, number]>({
  query: [2, text('Read')],
  mutation: [3, text('Update')],
  subscription: [99, text('Subscribe')],
});

/** The execution of a GraphQL operation → OCSF 6003. */
export function mapGraphql(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes } = span;
  writer.begin(OPERATION, API, origin, time);
  spanOutcome(writer, span);
  const type = attributes.peek(ATTR['graphql.operation.type']);
  writer.activity(...((type >= 0 && TYPES.get(writer.pool.text(type))) || ([99, OTHER] as const)));
  const name = attributes.text(ATTR['graphql.operation.name']);
  writer.id(SLOT.operation, name >= 0 ? name : operationOf(span));
  writer.id(SLOT.src_service, origin.service);
  writer.own(setUser);
  writer.id(SLOT.message, span.name);
}
