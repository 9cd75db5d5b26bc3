import type { PbfReader } from 'pbf';
import type { Attributes } from '../read/attributes.ts';
import { ATTR, ATTRIBUTE_COUNT, type AttributeName, placeOf } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import { wordsOf } from '../read/strings.ts';
import { type Like, LikenessTree, LONGEST_VALUE, MOST_ATTRIBUTES, type Node } from './like.ts';
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

/** Tags of the fields of `KeyValue` (common.proto). */
const KEY_TAG = 0x0a;
const VALUE_TAG = 0x12;

/** One attribute, and those that came behind it. */
interface SpanNode extends Node<Bind, number> {
  /** What is compared; names as a field. */
  readonly bytes: DataView;
  /** Whether the name comes last, as the collector writes it. */
  readonly isLast: boolean;
  /** Pool id of the attribute's name, where that is known. */
  readonly name: number;
  /** Of the own attributes up to this one the places of those that have one. */
  readonly places: readonly number[];
  readonly next: SpanNode[];
}

const emptyNode = (): SpanNode => ({
  ...{ isOwn: false, bytes: new DataView(new ArrayBuffer(0)), isLast: false, name: -1 },
  ...{ own: [], places: [], next: [] },
});

/**
 * Finds the spans that differ from one before in nothing but ids, times and attributes of their own: what was
 * made of that one holds for them. Such spans have the same resource, name, kind and status, and the same attributes in the same
 * order, byte by byte; only of own attributes the values may differ.
 */
export class SpanLikenesses extends LikenessTree<SpanNode, Bind, number> {
  /** Which attributes are own for spans of a kind, by place. */
  static own(kind: number): Uint8Array {
    return kind === SERVER ? OWN_OF_SERVER : OWN;
  }

  /** What holds for the span; undefined: nothing is known of it. @param sender number of who sent it, -1 where that is not known */
  find(span: SpanRecord, sender: number, pbf: PbfReader): Like<Bind> | undefined {
    const { places, count } = span;
    let node = this.#root(span, sender);
    for (let n = 0; n < count && node; n++) {
      const [start, end] = [places[3 * n + 1] as number, places[3 * n + 2] as number];
      node =
        matching(node.next, pbf, start, end) ??
        this.#branch(node, { pbf, n, start, end, own: SpanLikenesses.own(span.kind) });
    }
    this.leaf = node;
    return node?.like ?? undefined;
  }

  /** Whether the own attributes of the span that was looked for were read into their places. */
  areOwn(attributes: Attributes): boolean {
    const { places } = this.leaf as SpanNode;
    for (let i = 0; i < places.length; i++) if (!attributes.has(places[i] as number)) return false;
    return true;
  }

  /** Whether no other is in a place for own ones: what is written in another way than others are is compared as a whole. */
  areAll(attributes: Attributes, kind: number): boolean {
    const own = SpanLikenesses.own(kind);
    const { places } = this.leaf as SpanNode;
    for (let place = 0; place < ATTRIBUTE_COUNT; place++)
      if (own[place] === 1 && attributes.has(place) && !places.includes(place)) return false;
    return true;
  }

  #root(span: SpanRecord, sender: number): SpanNode | undefined {
    const { kind, status } = span;
    const isPlain = !span.hasException && span.statusMessage < 0 && span.count <= MOST_ATTRIBUTES;
    if (!isPlain || sender < 0 || kind > 7 || status > 3) return undefined;
    return this.root(span.name, (sender << 5) | (kind << 2) | status, emptyNode);
  }

  /** @param n which attribute of the span it is that comes next */
  #branch(
    { own: before, places, next }: SpanNode,
    {
      pbf: { buf },
      n,
      start,
      end,
      own,
    }: {
      pbf: PbfReader;
      n: number;
      start: number;
      end: number;
      own: Uint8Array;
    },
  ): SpanNode | undefined {
    if (end - start > LONGEST_VALUE || !this.hasRoom(next)) return undefined;
    const key = keyIn(buf, start, end);
    const name = key ? this.rows.pool.ofBytes(buf, key.from + 2, key.to) : -1;
    const place = placeOf(name);
    const isOwn = name >= 0 && (place < 0 ? this.isVaried(next, name) : own[place] === 1);
    return this.branch(next, {
      isOwn,
      bytes: wordsOf(isOwn && key ? buf.slice(key.from, key.to) : buf.slice(start, end)),
      isLast: isOwn && key?.from !== start,
      name,
      own: isOwn ? [...before, n] : before,
      places: isOwn && place >= 0 ? [...places, place] : places,
      next: [],
    });
  }
}

/**
 * Where the name of a `KeyValue` is, as a field: before its value, or behind it. Undefined where it is written in another way than as
 * these two fields.
 */
function keyIn(buf: Uint8Array, start: number, end: number): { from: number; to: number } | undefined {
  const valueFirst = buf[start] === VALUE_TAG;
  const from = valueFirst ? fieldEnd(buf, start) : start;
  const to = fieldEnd(buf, from);
  const last = valueFirst ? to : fieldEnd(buf, to);
  const isPair = buf[from] === KEY_TAG && (valueFirst || buf[to] === VALUE_TAG) && last === end;
  // Its length in one byte, as everybody writes it.
  return isPair && buf[from + 1] === to - from - 2 ? { from, to } : undefined;
}

/** Where the length-delimited field ends whose tag is there; its length has two bytes at the most, else it is nowhere. */
function fieldEnd(buf: Uint8Array, at: number): number {
  const [low, high] = [buf[at + 1] as number, buf[at + 2] as number];
  if (low < 0x80) return at + 2 + low;
  return high < 0x80 ? at + 3 + (low & 0x7f) + (high << 7) : Number.NaN;
}

function matching(
  nodes: readonly SpanNode[],
  pbf: PbfReader,
  start: number,
  end: number,
): SpanNode | undefined {
  for (let i = 0; i < nodes.length; i++) {
    const node = nodes[i] as SpanNode;
    const { bytes, isOwn, isLast } = node;
    const length = bytes.byteLength;
    if (isOwn ? length > end - start : length !== end - start) continue;
    const from = isLast ? end - length : start;
    if (isSame(bytes, pbf.dataView, from) && (!isOwn || keyIn(pbf.buf, start, end)?.from === from))
      return node;
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
