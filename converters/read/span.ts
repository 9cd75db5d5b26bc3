import type { PbfReader } from 'pbf';
import { Malformed } from '../errors.ts';
import { hexText } from '../hex.ts';
import { Attributes } from './attributes.ts';
import { enlarged } from './enlarged.ts';
import { ATTR } from './names.ts';
import type { StringPool } from './strings.ts';
import { readText } from './value-json.ts';
import { BYTES, enter, type Fixed64, leave, readFixed64 } from './wire.ts';

export const TRACE_ID_BYTES = 16;
export const SPAN_ID_BYTES = 8;

/** One span (trace.proto), read into the same object again and again. Pool ids; -1 where absent. */
export class SpanRecord {
  /** Where in the buffer the bytes of the ids are. */
  traceAt = -1;
  spanAt = -1;
  parentAt = -1;
  name = -1;
  /** 0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind = 0;
  /** 0 unset, 1 ok, 2 error. */
  status = 0;
  statusMessage = -1;
  readonly start: Fixed64 = { low: 0, high: 0 };
  readonly end: Fixed64 = { low: 0, high: 0 };
  /** Read by {@link readAttributes}. */
  readonly attributes: Attributes;
  /** Where in the buffer the attributes are: of each where its length is, where it begins, where it ends. */
  places = new Int32Array(3 * 32);
  count = 0;
  /** Where the span ends. */
  #end = 0;
  /** Of the first exception event. */
  readonly exception: Attributes;
  hasException = false;
  /** Other events and the links, as JSON arrays without their brackets. */
  events = '';
  links = '';
  readonly #pool: StringPool;

  constructor(pool: StringPool) {
    this.#pool = pool;
    this.attributes = new Attributes(pool);
    this.exception = new Attributes(pool);
  }

  read(pbf: PbfReader, end: number): void {
    this.traceAt = this.spanAt = this.parentAt = this.name = this.statusMessage = -1;
    this.kind = this.status = 0;
    this.start.low = this.start.high = this.end.low = this.end.high = 0;
    this.count = 0;
    this.#end = end;
    this.exception.reset();
    this.hasException = false;
    this.events = this.links = '';
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      switch (field) {
        case 1:
          this.traceAt = readId(pbf, end, TRACE_ID_BYTES);
          break;
        case 2:
          this.spanAt = readId(pbf, end, SPAN_ID_BYTES);
          break;
        case 4:
          this.parentAt = readId(pbf, end, SPAN_ID_BYTES);
          break;
        case 5:
          this.name = readPooled(pbf, end, this.#pool);
          break;
        case 6:
          this.kind = pbf.readVarint();
          break;
        case 7:
          readFixed64(pbf, end, this.start);
          break;
        case 8:
          readFixed64(pbf, end, this.end);
          break;
        case 9:
          this.#attribute(pbf, end);
          break;
        case 11:
          this.#event(pbf, end);
          break;
        case 13:
          this.#link(pbf, end);
          break;
        case 15:
          this.#status(pbf, end);
          break;
      }
    }
    leave(pbf, end);
    if (this.traceAt < 0 || this.spanAt < 0) throw new Malformed('invalid_id');
  }

  #attribute(pbf: PbfReader, limit: number): void {
    const at = pbf.pos;
    const end = enter(pbf, limit);
    if (3 * this.count === this.places.length) this.places = enlarged(this.places, 6 * this.count);
    const place = 3 * this.count++;
    this.places[place] = at;
    this.places[place + 1] = pbf.pos;
    this.places[place + 2] = end;
    pbf.pos = end;
  }

  /** @param of numbers of some attributes, in their order; all where undefined */
  readAttributes(pbf: PbfReader, of?: readonly number[]): void {
    this.attributes.reset();
    if (of) for (let i = 0; i < of.length; i++) this.#readAttribute(pbf, of[i] as number);
    else for (let n = 0; n < this.count; n++) this.#readAttribute(pbf, n);
  }

  #readAttribute(pbf: PbfReader, n: number): void {
    pbf.pos = this.places[3 * n] as number;
    pbf.type = BYTES;
    this.attributes.read(pbf, this.#end);
  }

  #status(pbf: PbfReader, limit: number): void {
    const end = enter(pbf, limit);
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 2) this.statusMessage = readPooled(pbf, end, this.#pool);
      else if (field === 3) this.status = pbf.readVarint();
    }
    leave(pbf, end);
  }

  #event(pbf: PbfReader, limit: number): void {
    const end = enter(pbf, limit);
    const attributes = this.hasException ? new Attributes(this.#pool) : this.exception;
    let name = '';
    const time: Fixed64 = { low: 0, high: 0 };
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 1) readFixed64(pbf, end, time);
      else if (field === 2) name = readText(pbf, end);
      else if (field === 3) attributes.read(pbf, end);
    }
    leave(pbf, end);
    if (name === 'exception' && !this.hasException) {
      this.hasException = true;
      return;
    }
    const json = attributes.json(pbf);
    const ns = (BigInt(time.high) << 32n) | BigInt(time.low);
    const message = attributes.text(ATTR['exception.message']);
    const said = message < 0 ? '' : `,"message":${JSON.stringify(this.#pool.text(message))}`;
    const text = `{"name":${JSON.stringify(name)},"time_unix_nano":"${ns}"${said}${json ? `,"attributes":${json}` : ''}}`;
    this.events += this.events ? `,${text}` : text;
    if (attributes === this.exception) attributes.reset();
  }

  #link(pbf: PbfReader, limit: number): void {
    const end = enter(pbf, limit);
    let trace = -1;
    let span = -1;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 1) trace = readId(pbf, end, TRACE_ID_BYTES);
      else if (field === 2) span = readId(pbf, end, SPAN_ID_BYTES);
    }
    leave(pbf, end);
    if (trace < 0 || span < 0) return;
    const text = `{"trace_uid":"${hexText(pbf.buf, trace, TRACE_ID_BYTES)}","span_uid":"${hexText(pbf.buf, span, SPAN_ID_BYTES)}"}`;
    this.links += this.links ? `,${text}` : text;
  }
}

/** Where an id of so many bytes is in the buffer; -1 where it is empty or all zero (W3C trace context: invalid). */
export function readId(pbf: PbfReader, limit: number, size: number): number {
  const end = enter(pbf, limit);
  const start = pbf.pos;
  pbf.pos = end;
  if (end === start) return -1;
  if (end - start !== size) throw new Malformed('invalid_id');
  let any = 0;
  for (let i = start; i < end; i++) any |= pbf.buf[i] as number;
  return any === 0 ? -1 : start;
}

export function readPooled(pbf: PbfReader, limit: number, pool: StringPool): number {
  const end = enter(pbf, limit);
  const id = pool.ofBytes(pbf.buf, pbf.pos, end);
  pbf.pos = end;
  return id;
}
