import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { StringPool } from '../read/strings.ts';
import type { Origin } from '../read/walk.ts';
import { byName } from './line.ts';
import { type Bind, operationOf, type RowWriter, spanOutcome, text } from './mapper.ts';
import { setCalling } from './peer.ts';
import { SLOT } from './slots.ts';

const API = 6003;
const PRODUCER = 4;
const CONSUMER = 5;
/** Kind, and caption of the activity, which is 99: OCSF 1.8.0 has no class of messaging. */
type Step = readonly [kind: number, activity: number];
const PUBLISH: Step = [text('queue.publish'), text('Publish Job')];
const RECEIVE: Step = [text('queue.receive'), text('Receive Message')];
const JOB: Step = [text('queue.job'), text('Process Job')];
const SETTLE: Step = [text('queue.settle'), text('Settle Message')];

/** `messaging.operation.type`, and names of operations where no type is said. */
const STEPS = byName<Step>({
  publish: PUBLISH,
  create: PUBLISH,
  send: PUBLISH,
  receive: RECEIVE,
  poll: RECEIVE,
  process: JOB,
  deliver: JOB,
  consume: JOB,
  settle: SETTLE,
  ack: SETTLE,
  nack: SETTLE,
  reject: SETTLE,
  commit: SETTLE,
  complete: SETTLE,
  abandon: SETTLE,
  defer: SETTLE,
  dead_letter: SETTLE,
});
const SAID_BY = [ATTR['messaging.operation.type'], ATTR['messaging.operation.name']];

/** What is done to a message; undefined where the span is about none. Producer and consumer spans are, whatever they say. */
export function stepOf({ attributes, kind }: SpanRecord, pool: StringPool): Step | undefined {
  if (attributes.has(ATTR['messaging.system.name']))
    for (const place of SAID_BY) {
      const id = attributes.peek(place);
      const step = id >= 0 ? STEPS.get(pool.text(id).toLowerCase()) : undefined;
      if (step) return step;
    }
  return kind === PRODUCER ? PUBLISH : kind === CONSUMER ? JOB : undefined;
}

/** Spans of messages and jobs → OCSF 6003; the job is the request, the queue or topic the resource. */
export function mapQueue(
  writer: RowWriter,
  span: SpanRecord,
  origin: Origin,
  time: number,
  [kind, activity]: Step,
): void {
  writer.begin(kind, API, origin, time);
  spanOutcome(writer, span);
  writer.activity(99, activity);
  writer.id(SLOT.operation, operationOf(span));
  setJob(writer, span);
  writer.id(SLOT.messaging_system, span.attributes.text(ATTR['messaging.system.name']));
  if (kind === JOB[0]) {
    writer.id(SLOT.src_service, origin.service);
    writer.id(SLOT.dst_service, origin.service);
  } else setCalling(writer, span, origin);
  writer.id(SLOT.message, span.name);
}

export function setJob(writer: RowWriter, { attributes }: SpanRecord): void {
  const queue = attributes.text(ATTR['bullmq.queue.name']);
  const destination = attributes.text(ATTR['messaging.destination.name']);
  writer.id(SLOT.queue, queue >= 0 ? queue : destination);
  writer.own(setMessage);
  writer.count(SLOT.job_attempt, attributes.number(ATTR['bullmq.job.attempt']), 31);
}

const setMessage: Bind = (writer, attributes) =>
  writer.id(SLOT.job_id, attributes.text(ATTR['messaging.message.id']));
