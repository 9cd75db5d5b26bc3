import type { PbfReader } from 'pbf';
import type { Attributes } from '../read/attributes.ts';
import { ATTR, ATTRIBUTE_COUNT, type AttributeName, placeOf } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import { wordsOf } from '../read/strings.ts';
import type { Origin } from '../read/walk.ts';
import type { Bind } from './mapper.ts';
import type { Rows } from './rows.ts';

const flags = (...names: AttributeName[]): Uint8Array => {
  const found = new Uint8Array(ATTRIBUTE_COUNT);
  for (const name of names) found[ATTR[name]] = 1;
  return found;
};
const ANYWHERE: readonly AttributeName[] = [
  ...(['http.request.header.x_request_id', 'http.request.body.size', 'http.response.body.size'] as const),
  ...(['url.path', 'url.query', 'url.full', 'http.target', 'user.id'] as const),
  ...(['messaging.message.id', 'faas.invocation.id'] as const),
];
/** Attributes whose values hardly come again from span to span, by place. */
const OWN = flags(...ANYWHERE);
/** At the side that was called the port of the other side is one of them. */
const OWN_OF_SERVER = flags(...ANYWHERE, 'client.port', 'network.peer.port', 'net.peer.port');
const SERVER = 2;

/** So many different attributes at one place, and so many in all, are kept; spans with others are mapped each for itself. */
const MOST_BRANCHES = 64;
const MOST_NODES = 1 << 14;
/** Tags of the fields of `KeyValue` (common.proto). */
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

/** What spans have in common that are alike. */
export interface Like {
  readonly template: number;
  /** Of a row's own slots what is the same in all of them: pool ids and numbers. */
  readonly texts: readonly (readonly [slot: number, id: number])[];
  readonly numbers: readonly (readonly [slot: number, value: number])[];
  /** What sets the others. */
  readonly binds: readonly Bind[];
}

/** One attribute, and those that came behind it. */
interface Node {
  /** Place of an attribute of the span's own; -1: the whole of it is compared. */
  readonly place: number;
  /** What is compared: of an own attribute its name, as a field. */
  readonly bytes: DataView;
  /** Whether the name comes last, as the collector writes it. */
  readonly isLast: boolean;
  readonly next: Node[];
  /** Where it is the last one; null: spans that end here are mapped each for itself. */
  like?: Like | null;
}

const NOTHING = new DataView(new ArrayBuffer(0));

/**
 * Finds the spans that differ from one before in nothing but ids, times and attributes of their own: what was
 * made of that one holds for them. Such spans have the same resource, name, kind and status, and the same attributes in the same
 * order, byte by byte; only of own attributes the values may differ.
 */
export class Likenesses {
  readonly #rows: Rows;
  #generation = -1;
  /** Numbers of resources, by their attributes. */
  readonly #resources = new Map<string, number>();
  #last: { readonly origin?: Origin; readonly resource: number } = { resource: -1 };
  readonly #roots = new Map<number, Node>();
  #nodes = 0;
  /** Numbers of the own attributes of the span that was looked for, and their places. */
  readonly own: number[] = [];
  readonly #places: number[] = [];
  #leaf: Node | undefined;

  constructor(rows: Rows) {
    this.#rows = rows;
  }

  /** Which attributes are own for spans of a kind, by place. */
  static own(kind: number): Uint8Array {
    return kind === SERVER ? OWN_OF_SERVER : OWN;
  }

  /** What was learned with other numbers of templates and strings is forgotten. */
  begin(): void {
    this.#last = { resource: -1 };
    if (this.#generation === this.#rows.generation) return;
    this.#generation = this.#rows.generation;
    this.#roots.clear();
    this.#resources.clear();
    this.#nodes = 0;
  }

  /** What holds for the span; undefined: nothing is known of it. */
  find(span: SpanRecord, origin: Origin, pbf: PbfReader): Like | undefined {
    this.#leaf = undefined;
    if (span.hasException) return undefined;
    this.own.length = this.#places.length = 0;
    const { places, kind } = span;
    let node = this.#root(span, origin);
    for (let n = 0; n < places.length && node; n += 3) {
      const [start, end] = [places[n + 1] as number, places[n + 2] as number];
      node =
        matching(node.next, pbf, start, end) ?? this.#branch(node, pbf, start, end, Likenesses.own(kind));
      if (node && node.place >= 0) {
        this.own.push(n / 3);
        this.#places.push(node.place);
      }
    }
    this.#leaf = node;
    return node?.like ?? undefined;
  }

  /** Whether the own attributes of the span that was looked for were read into their places. */
  areOwn(attributes: Attributes): boolean {
    return this.#places.every((place) => attributes.has(place));
  }

  /** What {@link find} did not find. */
  get isNew(): boolean {
    return this.#leaf !== undefined && this.#leaf.like === undefined;
  }

  /** Null: nothing holds for spans that are like that one. */
  learn(like: Like | null): void {
    if (this.#leaf) this.#leaf.like = like;
  }

  #root({ name, kind, status, statusMessage }: SpanRecord, origin: Origin): Node | undefined {
    if (this.#last.origin !== origin) this.#last = { origin, resource: this.#resource(origin) };
    const { resource } = this.#last;
    if (statusMessage >= 0 || kind > 7 || status > 3 || resource >= 1 << 16) return undefined;
    const key = ((resource * 8 + kind) * 4 + status) * 0x8000_0000 + name;
    let root = this.#roots.get(key);
    if (!root) {
      root = { place: -1, bytes: NOTHING, isLast: false, next: [] };
      this.#roots.set(key, root);
    }
    return root;
  }

  #resource({ identity }: Origin): number {
    const number = this.#resources.get(identity) ?? this.#resources.size;
    this.#resources.set(identity, number);
    return number;
  }

  #branch(node: Node, { buf }: PbfReader, start: number, end: number, own: Uint8Array): Node | undefined {
    if (node.next.length >= MOST_BRANCHES || this.#nodes >= MOST_NODES) return undefined;
    this.#nodes += 1;
    const key = keyIn(buf, start, end);
    const place = key ? placeOf(this.#rows.pool.ofBytes(buf, key.from + 2, key.to)) : -1;
    const isOwn = key !== undefined && place >= 0 && own[place] === 1;
    const bytes = isOwn ? buf.slice(key.from, key.to) : buf.slice(start, end);
    const made: Node = {
      ...{ place: isOwn ? place : -1, bytes: wordsOf(bytes), next: [] },
      isLast: isOwn && key.from !== start,
    };
    node.next.push(made);
    return made;
  }
}

/** Where the name of a `KeyValue` is, as a field: before its value, or behind it; undefined where it is written in another way. */
function keyIn(buf: Uint8Array, start: number, end: number): { from: number; to: number } | undefined {
  let from = start;
  if (buf[from] === VALUE_TAG) {
    const [low, high] = [buf[start + 1] as number, buf[start + 2] as number];
    from += low < 0x80 ? 2 + low : 3 + (low & 0x7f) + (high << 7);
  }
  const length = buf[from + 1] as number;
  const to = from + 2 + length;
  const isKey = from < end && buf[from] === KEY_TAG && length < 0x80 && to <= end;
  return isKey && (from === start || to === end) ? { from, to } : undefined;
}

function matching(nodes: readonly Node[], pbf: PbfReader, start: number, end: number): Node | undefined {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    const { bytes, isLast } = node;
    const length = bytes.byteLength;
    if (node.place >= 0 ? length > end - start : length !== end - start) continue;
    if (isSame(bytes, pbf.dataView, isLast ? end - length : start)) return node;
  }
  return undefined;
}

/** Whether those bytes are in `words` from there on. */
function isSame(bytes: DataView, words: DataView, from: number): boolean {
  const length = bytes.byteLength;
  let i = 0;
  for (; i + 4 <= length; i += 4) if (bytes.getInt32(i) !== words.getInt32(from + i)) return false;
  for (; i < length; i++) if (bytes.getUint8(i) !== words.getUint8(from + i)) return false;
  return true;
}
