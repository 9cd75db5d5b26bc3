import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { type Bind, operationOf, type RowWriter, spanOutcome, text } from './mapper.ts';
import { setCalling } from './peer.ts';
import { SLOT } from './slots.ts';

const API = 6003;
const RUN = text('faas.run');
const INVOKE = text('faas.invoke');
const RUN_FUNCTION = text('Run Function');
const INVOKE_FUNCTION = text('Invoke Function');

/** The run of a function (FaaS conventions, "Incoming invocations") → OCSF 6003; its invocation is the request. */
export function mapFunction(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  writer.begin(RUN, API, origin, time);
  spanOutcome(writer, span);
  writer.activity(99, RUN_FUNCTION);
  writer.id(SLOT.operation, operationOf(span));
  writer.own(setInvocation);
  writer.id(SLOT.src_service, origin.service);
  writer.id(SLOT.dst_service, origin.service);
  writer.id(SLOT.message, span.name);
}

/** The call of a function (FaaS conventions, "Outgoing invocations") → OCSF 6003; the function is what is called. */
export function mapInvocation(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes } = span;
  writer.begin(INVOKE, API, origin, time);
  spanOutcome(writer, span);
  writer.activity(99, INVOKE_FUNCTION);
  const name = attributes.text(ATTR['faas.invoked_name']);
  writer.id(SLOT.operation, name);
  writer.own(setInvocation);
  setCalling(writer, span, origin);
  if (!writer.has(SLOT.dst_service)) writer.id(SLOT.dst_service, name);
  writer.id(SLOT.message, span.name);
}

const setInvocation: Bind = (writer, attributes) =>
  writer.id(SLOT.job_id, attributes.text(ATTR['faas.invocation.id']));
