import { PbfWriter } from 'pbf';
import { SIGNALS } from './otlp-json.ts';
import type { Piece, Refused } from './piece.ts';
import type { Signal } from './raw-object.ts';

/** Bytes of protobuf that are mapped at once. */
const PIECE = 4 << 20;
/** Of a piece, at most. */
const REFUSED = 10_000;
/** Bytes of a request that is held until it is whole: one over several lines, or behind its length. */
export const LARGEST_DOCUMENT = 256 << 20;

/** Thrown where an object would have to be held that is larger than is held at once. */
export class TooLarge extends Error {}

export type Chunks = AsyncIterable<Uint8Array>;

/** A line of an unpacked object, without its end. */
export interface Line {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Requests by signal, until they are enough for a piece. */
export class Pieces {
  readonly #named: Signal;
  readonly #open = new Map<Signal, { pbf: PbfWriter; refused: Refused[] }>();
  /** Pieces that are full. */
  readonly full: Piece[] = [];

  /** @param named of what cannot be read */
  constructor(named: Signal) {
    this.#named = named;
  }

  add(signal: Signal, write: (pbf: PbfWriter) => void): void {
    const { pbf } = this.#at(signal);
    const before = pbf.pos;
    try {
      write(pbf);
    } catch (error) {
      pbf.pos = before;
      throw error;
    }
    if (pbf.pos >= PIECE) this.#take(signal);
  }

  refuse(detail: string, { bytes, offset }: Line): void {
    const { refused } = this.#at(this.#named);
    refused.push({ reason: 'not_otlp', detail, offset, bytes: bytes.slice() });
    if (refused.length >= REFUSED) this.#take(this.#named);
  }

  /** What is full, and no more. */
  *taken(): Generator<Piece> {
    yield* this.full.splice(0);
  }

  *rest(): Generator<Piece> {
    for (const signal of SIGNALS) if (this.#open.has(signal)) this.#take(signal);
    yield* this.taken();
  }

  #at(signal: Signal) {
    let open = this.#open.get(signal);
    if (!open) {
      open = { pbf: new PbfWriter(new Uint8Array(1 << 16)), refused: [] };
      this.#open.set(signal, open);
    }
    return open;
  }

  #take(signal: Signal): void {
    const { pbf, refused } = this.#at(signal);
    this.#open.delete(signal);
    this.full.push({ signal, bytes: pbf.finish(), refused });
  }
}
