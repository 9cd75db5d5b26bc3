import type { PbfReader } from 'pbf';
import type { Attributes } from '../read/attributes.ts';
import { ATTR, ATTRIBUTE_COUNT, type AttributeName, placeOf } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { StringPool } from '../read/strings.ts';
import type { Origin } from '../read/walk.ts';
import type { Bind } from './mapper.ts';

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
/** Tag of the first field of `KeyValue`, its name (common.proto). */
const KEY_TAG = 0x0a;

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
  /** Where in the buffer what is compared is: of an own attribute what comes before its value. */
  readonly from: number;
  readonly to: number;
  readonly next: Node[];
  /** Where it is the last one; null: spans that end here are mapped each for itself. */
  like?: Like | null;
}

/**
 * Finds the spans of one raw object that differ from one before in nothing but ids, times and attributes of their own: what was
 * made of that one holds for them. Such spans have the same resource, name, kind and status, and the same attributes in the same
 * order, byte by byte; only of own attributes the values may differ.
 */
export class Likenesses {
  readonly #pool: StringPool;
  readonly #roots = new Map<number, Node>();
  #nodes = 0;
  /** Numbers of the own attributes of the span that was looked for, and their places. */
  readonly own: number[] = [];
  readonly #places: number[] = [];
  #leaf: Node | undefined;

  constructor(pool: StringPool) {
    this.#pool = pool;
  }

  /** Which attributes are own for spans of a kind, by place. */
  static own(kind: number): Uint8Array {
    return kind === SERVER ? OWN_OF_SERVER : OWN;
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
    for (const place of this.#places) if (!attributes.has(place)) return false;
    return attributes.count === this.#places.length;
  }

  /** What {@link find} did not find. */
  get isNew(): boolean {
    return this.#leaf !== undefined && this.#leaf.like === undefined;
  }

  /** Null: nothing holds for spans that are like that one. */
  learn(like: Like | null): void {
    if (this.#leaf) this.#leaf.like = like;
  }

  #root({ name, kind, status, statusMessage }: SpanRecord, { resource }: Origin): Node | undefined {
    if (statusMessage >= 0 || kind > 7 || status > 3 || resource >= 1 << 16) return undefined;
    const key = ((resource * 8 + kind) * 4 + status) * 0x8000_0000 + name;
    let root = this.#roots.get(key);
    if (!root) {
      root = { place: -1, from: 0, to: 0, next: [] };
      this.#roots.set(key, root);
    }
    return root;
  }

  #branch(node: Node, { buf }: PbfReader, start: number, end: number, own: Uint8Array): Node | undefined {
    if (node.next.length >= MOST_BRANCHES || this.#nodes >= MOST_NODES) return undefined;
    this.#nodes += 1;
    const keyEnd = start + 2 + (buf[start + 1] as number);
    const isPlain = buf[start] === KEY_TAG && (buf[start + 1] as number) < 0x80 && keyEnd <= end;
    const place = isPlain ? placeOf(this.#pool.ofBytes(buf, start + 2, keyEnd)) : -1;
    const isOwn = place >= 0 && own[place] === 1;
    const made: Node = { place: isOwn ? place : -1, from: start, to: isOwn ? keyEnd : end, next: [] };
    node.next.push(made);
    return made;
  }
}

function matching(nodes: readonly Node[], pbf: PbfReader, start: number, end: number): Node | undefined {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as Node;
    const length = node.to - node.from;
    if (node.place >= 0 ? length > end - start : length !== end - start) continue;
    if (isSame(pbf, node.from, start, length)) return node;
  }
  return undefined;
}

function isSame({ buf, dataView }: PbfReader, a: number, b: number, length: number): boolean {
  let i = 0;
  for (; i + 4 <= length; i += 4) if (dataView.getInt32(a + i) !== dataView.getInt32(b + i)) return false;
  for (; i < length; i++) if (buf[a + i] !== buf[b + i]) return false;
  return true;
}
