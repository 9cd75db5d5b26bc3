import type { PbfReader } from 'pbf';
import { Malformed } from '../errors.ts';
import { ATTRIBUTE_COUNT, placeOf } from './names.ts';
import type { StringPool } from './strings.ts';
import { jsonOf, type Member, valueJson } from './value-json.ts';
import { enter, leave, readInt64 } from './wire.ts';

const NONE = new Uint8Array(ATTRIBUTE_COUNT);

/** The attributes of one record: known ones by place, the rest where they lie in the buffer. Used again for every record. */
export class Attributes {
  /** Pool id or -1, by place. */
  readonly texts = new Int32Array(ATTRIBUTE_COUNT).fill(-1);
  /** NaN where absent, by place; booleans are 0 and 1. */
  readonly numbers = new Float64Array(ATTRIBUTE_COUNT).fill(Number.NaN);
  readonly #pool: StringPool;
  /** Key id, start and end of the value. */
  #rest: number[] = [];
  /** Places that are filled; where each lies, as in `#rest`; which were asked for. */
  readonly #used = new Int32Array(ATTRIBUTE_COUNT);
  #usedCount = 0;
  readonly #where = new Int32Array(3 * ATTRIBUTE_COUNT);
  readonly #asked = new Uint8Array(ATTRIBUTE_COUNT);
  readonly #last = new Int32Array(ATTRIBUTE_COUNT).fill(-1);
  /** Names of the attributes of the record before, and how many of this one were read. */
  readonly #keys = new Int32Array(32).fill(-1);
  #keysRead = 0;
  /** 1 for places whose values are a record's own. */
  #own: Uint8Array = NONE;
  #binding = false;
  /** Whether something follows from a value of a place that is own, and not only from its being there. */
  followsFromOwn = false;

  constructor(pool: StringPool) {
    this.#pool = pool;
  }

  /** Which places are own, for what follows: see {@link followsFromOwn}. */
  watch(own: Uint8Array): void {
    this.#own = own;
    this.followsFromOwn = false;
  }

  /** What asks meanwhile is meant to: for own places alone. */
  bind(ask: () => void): void {
    this.#binding = true;
    try {
      ask();
    } finally {
      this.#binding = false;
    }
  }

  reset(): void {
    for (let i = 0; i < this.#usedCount; i++) {
      const place = this.#used[i] as number;
      this.texts[place] = -1;
      this.numbers[place] = Number.NaN;
    }
    this.#usedCount = 0;
    if (this.#rest.length > 0) this.#rest = [];
    this.#asked.fill(0);
    this.#keysRead = 0;
  }

  /** Whether a known attribute is there; unlike {@link text} it does not count as asked for. */
  has(place: number): boolean {
    return (this.texts[place] as number) >= 0 || !Number.isNaN(this.numbers[place]);
  }

  /** Text of a known attribute; a number is printed. -1 where absent. */
  text(place: number): number {
    this.#asked[place] = 1;
    return this.peek(place);
  }

  /** As {@link text}; it does not count as asked for. */
  peek(place: number): number {
    this.#look(place);
    const id = this.texts[place] as number;
    if (id >= 0) return id;
    const number = this.numbers[place] as number;
    return Number.isNaN(number) ? -1 : this.#pool.of(String(number));
  }

  /** Number of a known attribute; decimal text is parsed. NaN where absent. */
  number(place: number): number {
    this.#asked[place] = 1;
    const number = this.peekNumber(place);
    if (!Number.isNaN(number)) return number;
    const id = this.texts[place] as number;
    return id >= 0 ? Number.parseFloat(this.#pool.text(id)) : Number.NaN;
  }

  /** As {@link number}, and text is none; it does not count as asked for. */
  peekNumber(place: number): number {
    this.#look(place);
    return this.numbers[place] as number;
  }

  #look(place: number): void {
    if ((this.#own[place] === 1) !== this.#binding && this.has(place)) this.followsFromOwn = true;
  }

  /** Reads one `KeyValue` (common.proto). `known: false` leaves every attribute to {@link json}. */
  read(pbf: PbfReader, limit: number, known = true): void {
    const end = enter(pbf, limit);
    let key = -1;
    let valueStart = -1;
    let valueEnd = -1;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field === 1) {
        const stop = enter(pbf, end);
        key = this.#keyAt(pbf, stop);
        pbf.pos = stop;
      } else if (field === 2) {
        valueEnd = enter(pbf, end);
        valueStart = pbf.pos;
        pbf.pos = valueEnd;
      }
    }
    leave(pbf, end);
    if (key < 0 || valueStart < 0) return;
    const place = known ? placeOf(key) : -1;
    // Of several names for one thing the newest wins; the others stay among the rest.
    if (place >= 0 && this.has(place) && key < (this.#where[3 * place] as number)) this.#release(place);
    if (place < 0 || this.has(place) || !this.#take(pbf, place, valueStart, valueEnd))
      this.#rest.push(key, valueStart, valueEnd);
    else {
      this.#where[3 * place] = key;
      this.#where[3 * place + 1] = valueStart;
      this.#where[3 * place + 2] = valueEnd;
    }
    pbf.pos = end;
  }

  /** Records of one kind have their attributes in one order. */
  #keyAt({ buf, pos }: PbfReader, end: number): number {
    const nth = this.#keysRead++;
    const before = this.#keys[nth] ?? -1;
    if (before >= 0 && this.#pool.isAt(before, buf, pos, end)) return before;
    const key = this.#pool.ofBytes(buf, pos, end);
    if (nth < this.#keys.length) this.#keys[nth] = key;
    return key;
  }

  /** Gives up what is in a place: it goes to the rest. */
  #release(place: number): void {
    this.#rest.push(...this.#where.subarray(3 * place, 3 * place + 3));
    this.texts[place] = -1;
    this.numbers[place] = Number.NaN;
    const at = this.#used.indexOf(place);
    this.#used.copyWithin(at, at + 1, this.#usedCount--);
  }

  #take(pbf: PbfReader, place: number, start: number, end: number): boolean {
    pbf.pos = start;
    const field = pbf.nextField(end);
    let taken = true;
    if (field === 1) {
      this.texts[place] = this.#textAt(pbf, place, enter(pbf, end));
    } else if (field === 2) this.numbers[place] = pbf.readVarint() ? 1 : 0;
    else if (field === 3) {
      const value = readInt64(pbf);
      if (typeof value === 'number') this.numbers[place] = value;
      else this.texts[place] = this.#pool.of(value);
    } else if (field === 4) {
      this.numbers[place] = pbf.readDouble();
      taken = !Number.isNaN(this.numbers[place]);
    } else if (field === 5) taken = this.#takeFirst(pbf, place, end);
    else taken = false;
    if (taken) this.#used[this.#usedCount++] = place;
    if (pbf.pos > end) throw new Malformed('malformed_record');
    return taken;
  }

  /** Headers come as arrays of strings: of one element, the value. */
  #takeFirst(pbf: PbfReader, place: number, limit: number): boolean {
    const end = enter(pbf, limit);
    if (pbf.nextField(end) !== 1) return false;
    const elementEnd = enter(pbf, end);
    if (elementEnd !== end || pbf.nextField(elementEnd) !== 1) return false;
    const stop = enter(pbf, elementEnd);
    this.texts[place] = this.#textAt(pbf, place, stop);
    return true;
  }

  /** Often what the record before had. */
  #textAt({ buf, pos }: PbfReader, place: number, end: number): number {
    const last = this.#last[place] as number;
    if (last >= 0 && this.#pool.isAt(last, buf, pos, end)) return last;
    const id = this.#pool.ofBytes(buf, pos, end);
    this.#last[place] = id;
    return id;
  }

  /** What nobody asked for, with or without a place: names, and values as JSON. */
  members(pbf: PbfReader): Member[] {
    const back = pbf.pos;
    const members: Member[] = [];
    for (let i = 0; i < this.#rest.length; i += 3) {
      if (this.#own[placeOf(this.#rest[i] as number)] === 1) this.followsFromOwn = true;
      members.push(this.#member(pbf, this.#rest, i));
    }
    for (let i = 0; i < this.#usedCount; i++) {
      const place = this.#used[i] as number;
      if (this.#asked[place] === 0) members.push(this.#member(pbf, this.#where, 3 * place));
    }
    pbf.pos = back;
    return members;
  }

  #member(pbf: PbfReader, at: ArrayLike<number>, i: number): Member {
    const key = this.#pool.text(at[i] as number);
    return [key, valueJson(pbf, at[i + 1] as number, at[i + 2] as number, 0)];
  }

  /** {@link members}, `extra`, and of `others` those with names of their own. */
  all(pbf: PbfReader, extra: readonly Member[], others: readonly Member[]): Member[] {
    const members = [...this.members(pbf), ...extra];
    for (const other of others) if (members.every(([name]) => name !== other[0])) members.push(other);
    return members;
  }

  /** {@link all} as {@link jsonOf} has it. */
  json(pbf: PbfReader, extra: readonly Member[] = [], others: readonly Member[] = []): string | undefined {
    return jsonOf(this.all(pbf, extra, others));
  }
}
