import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { type RowWriter, spanOutcome, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const API = 6003;
const INTERNAL = text('internal');
const PUBLISH = text('queue.publish');
const JOB = text('queue.job');
const OTHER = text('Other');
const PUBLISH_JOB = text('Publish Job');
const PROCESS_JOB = text('Process Job');
const UNNAMED = text('unnamed');

/** Producer and consumer spans → OCSF 6003; the job is the request, the queue the resource. */
export function mapQueue(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const publish = span.kind === 4;
  writer.begin(publish ? PUBLISH : JOB, API, origin, time);
  spanOutcome(writer, span);
  writer.activity(99, publish ? PUBLISH_JOB : PROCESS_JOB);
  writer.id(SLOT.operation, span.name >= 0 ? span.name : UNNAMED);
  setJob(writer, span);
  writer.id(SLOT.src_service, origin.service);
  if (!publish) writer.id(SLOT.dst_service, origin.service);
  writer.id(SLOT.message, span.name);
}

/** A span without HTTP, database or messaging attributes → OCSF 6003. */
export function mapInternal(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  writer.begin(INTERNAL, API, origin, time);
  spanOutcome(writer, span);
  writer.activity(99, OTHER);
  writer.id(SLOT.operation, span.name >= 0 ? span.name : UNNAMED);
  writer.id(SLOT.src_service, origin.service);
  writer.id(SLOT.user_id, span.attributes.text(ATTR['enduser.id']));
  writer.id(SLOT.http_route, span.attributes.text(ATTR['http.route']));
  setJob(writer, span);
  writer.id(SLOT.message, span.name);
}

function setJob(writer: RowWriter, { attributes }: SpanRecord): void {
  const queue = attributes.text(ATTR['bullmq.queue.name']);
  const destination = attributes.text(ATTR['messaging.destination.name']);
  writer.id(SLOT.queue, queue >= 0 ? queue : destination);
  writer.id(SLOT.job_id, attributes.text(ATTR['messaging.message.id']));
  writer.count(SLOT.job_attempt, attributes.number(ATTR['bullmq.job.attempt']), 31);
}
