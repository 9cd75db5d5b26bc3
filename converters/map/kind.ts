import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { mapAuth } from './auth.ts';
import { mapDatabase } from './database.ts';
import { mapFunction, mapInvocation } from './function.ts';
import { mapGraphql } from './graphql.ts';
import { mapHttpSpan } from './http.ts';
import type { RowWriter } from './mapper.ts';
import { mapInternal } from './operation.ts';
import { mapQueue, stepOf } from './queue.ts';
import { mapRpc } from './rpc.ts';

const SERVER = 2;
const CLIENT = 3;

/**
 * Begins the row of a span. Of which kind it is, the attributes say first, what is special before what is general (a call of
 * Elasticsearch is also one of HTTP, and one of a queue of AWS also one of RPC); then the name; then the span kind.
 */
export function mapKind(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes, kind } = span;
  const remote = kind === SERVER || kind === CLIENT;
  const http = remote && attributes.has(ATTR['http.request.method']);
  const step = stepOf(span, writer.pool);
  const name = span.name >= 0 ? writer.pool.text(span.name) : '';
  if (http && kind === SERVER) mapHttpSpan(writer, span, origin, time);
  else if (attributes.has(ATTR['db.system.name'])) mapDatabase(writer, span, origin, time);
  else if (step && attributes.has(ATTR['messaging.system.name'])) mapQueue(writer, span, origin, time, step);
  else if (kind === CLIENT && attributes.has(ATTR['faas.invoked_name']))
    mapInvocation(writer, span, origin, time);
  else if (http) mapHttpSpan(writer, span, origin, time);
  else if (name === 'auth.login' || name === 'auth.validate') mapAuth(writer, span, origin, time, name);
  else if (remote && attributes.has(ATTR['rpc.system.name'])) mapRpc(writer, span, origin, time);
  // At the span; `faas.name` and the like stand at the resource of whatever a function does.
  else if (attributes.has(ATTR['faas.trigger']) || attributes.has(ATTR['faas.invocation.id']))
    mapFunction(writer, span, origin, time);
  else if (attributes.has(ATTR['graphql.operation.type']) || attributes.has(ATTR['graphql.operation.name']))
    mapGraphql(writer, span, origin, time);
  else if (step) mapQueue(writer, span, origin, time, step);
  else mapInternal(writer, span, origin, time);
}
