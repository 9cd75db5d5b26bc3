import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { operationOf, type RowWriter, setUser, spanOutcome, text } from './mapper.ts';
import { setJob } from './queue.ts';
import { SLOT } from './slots.ts';

const API = 6003;
const INTERNAL = text('internal');
const OTHER = text('Other');

/** A span without HTTP, database, messaging, RPC, function or GraphQL attributes → OCSF 6003. */
export function mapInternal(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  writer.begin(INTERNAL, API, origin, time);
  spanOutcome(writer, span);
  writer.activity(99, OTHER);
  writer.id(SLOT.operation, operationOf(span));
  writer.id(SLOT.src_service, origin.service);
  writer.own(setUser);
  writer.id(SLOT.http_route, span.attributes.text(ATTR['http.route']));
  setJob(writer, span);
  writer.id(SLOT.message, span.name);
}
