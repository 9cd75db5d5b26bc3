import type { PbfReader } from 'pbf';
import { Malformed } from '../errors.ts';
import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import { jsonOf, type Member } from '../read/value-json.ts';
import type { Origin } from '../read/walk.ts';
import { elapsedNs } from '../read/wire.ts';
import { spanUid } from './identity.ts';
import { mapKind } from './kind.ts';
import { beginLike, type Like, likeOf, ownSlots } from './like.ts';
import type { Likenesses } from './likenesses.ts';
import { type Bind, epochMs, type RowWriter, text } from './mapper.ts';
import type { Senders } from './senders.ts';
import { SLOT } from './slots.ts';
import { SpanLikenesses } from './span-likeness.ts';

const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'].map(text);
const STATUSES = ['UNSET', 'OK', 'ERROR'].map(text);
const UNSPECIFIED = KINDS[0] as number;
const UNSET = STATUSES[0] as number;

/**
 * Spans → one row each. What a kind's mapper asks no attribute for is kept in `attributes`, and so are those of
 * the resource. A span that is like one before is not mapped again: its row gets the template of that one, and what is its own.
 */
export class SpanMapper {
  readonly #writer: RowWriter;
  readonly #likenesses: SpanLikenesses;
  readonly #senders: Senders;

  constructor(writer: RowWriter, { spans, senders }: Likenesses) {
    this.#writer = writer;
    [this.#likenesses, this.#senders] = [spans, senders];
  }

  map(span: SpanRecord, origin: Origin, pbf: PbfReader): void {
    const time = epochMs(span.start);
    const end = epochMs(span.end);
    const ns = elapsedNs(span.start, span.end);
    if (ns < 0) throw new Malformed('invalid_time');
    const like = this.#likenesses.find(span, this.#senders.of(origin), pbf);
    if (!like || !this.#again(like, span, pbf)) this.#anew(span, origin, pbf, time);
    const writer = this.#writer;
    writer.bytes(SLOT.trace_id, pbf.buf, span.traceAt);
    writer.bytes(SLOT.span_id, pbf.buf, span.spanAt);
    writer.bytes(SLOT.parent_span_id, pbf.buf, span.parentAt);
    writer.number(SLOT.time, time);
    writer.number(SLOT.start_time, time);
    writer.number(SLOT.end_time, end);
    writer.number(SLOT.duration_us, ns / 1000);
    if (span.events) writer.longText(SLOT.span_events, `[${span.events}]`);
    if (span.links) writer.longText(SLOT.span_links, `[${span.links}]`);
    writer.uid(spanUid(pbf.buf, span));
  }

  /** False, and nothing is done, where its own attributes are not what those of the one before were. */
  #again(like: Like<Bind>, span: SpanRecord, pbf: PbfReader): boolean {
    const { attributes } = span;
    span.readAttributes(pbf, this.#likenesses.own);
    if (!this.#likenesses.areOwn(attributes)) return false;
    const writer = this.#writer;
    beginLike(writer, like);
    for (let i = 0; i < like.binds.length; i++) like.binds[i]?.(writer, attributes);
    const own = attributes.members(pbf);
    if (own.length > 0) writer.longText(SLOT.attributes, jsonOf([...own, ...like.rest]));
    return true;
  }

  #anew(span: SpanRecord, origin: Origin, pbf: PbfReader, time: number): void {
    const writer = this.#writer;
    const { attributes } = span;
    span.readAttributes(pbf);
    attributes.watch(SpanLikenesses.own(span.kind));
    mapKind(writer, span, origin, time);
    setCommon(writer, span);
    const same = this.#likenesses.isNew ? ownSlots(writer) : undefined;
    attributes.bind(() => {
      for (const bind of writer.binds) bind(writer, attributes);
    });
    const members = attributes.all(pbf, [], origin.rest);
    const json = jsonOf(members);
    writer.longText(SLOT.attributes, json);
    if (same) this.#likenesses.learn(this.#like({ span, pbf, same, members, json }));
  }

  /** Null where something follows from attributes of the span's own that no bind sets. */
  #like({
    span,
    pbf,
    same,
    members,
    json,
  }: {
    span: SpanRecord;
    pbf: PbfReader;
    /** The row's own slots before its binds. */
    same: Pick<Like<Bind>, 'texts' | 'numbers'>;
    /** What is in `attributes`, and as JSON. */
    members: readonly Member[];
    json: string | undefined;
  }): Like<Bind> | null {
    const { attributes } = span;
    if (attributes.followsFromOwn || !this.#likenesses.areAll(attributes, span.kind)) return null;
    const { binds } = this.#writer;
    span.readAttributes(pbf, this.#likenesses.own);
    for (const bind of binds) bind(this.#writer, attributes);
    const own = attributes.members(pbf);
    const rest = members.filter(([name]) => own.every(([other]) => other !== name));
    if (jsonOf([...own, ...rest]) !== json) return null;
    return likeOf({ writer: this.#writer, same, binds: [...binds], rest });
  }
}

/** What all kinds have. */
function setCommon(writer: RowWriter, span: SpanRecord): void {
  const { attributes, exception } = span;
  writer.id(SLOT.span_kind, KINDS[span.kind] ?? UNSPECIFIED);
  writer.id(SLOT.span_name, span.name);
  writer.id(SLOT.span_status, STATUSES[span.status] ?? UNSET);
  writer.own(setRequest);
  if (span.statusMessage >= 0) writer.id(SLOT.status_detail, span.statusMessage);
  writer.id(SLOT.error_type, attributes.text(ATTR['error.type']));
  if (!span.hasException) return;
  writer.id(SLOT.error_type, exception.text(ATTR['exception.type']));
  writer.id(SLOT.error_message, exception.text(ATTR['exception.message']));
  writer.id(SLOT.error_stack, exception.text(ATTR['exception.stacktrace']));
}

const setRequest: Bind = (writer, attributes) =>
  writer.id(SLOT.request_id, attributes.text(ATTR['http.request.header.x_request_id']));
