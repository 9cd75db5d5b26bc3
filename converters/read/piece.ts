import type { RejectReason } from '../errors.ts';
import type { Signal } from './raw-object.ts';

/** What of a raw object is read at once. */
export interface Piece {
  readonly signal: Signal;
  /** OTLP protobuf. */
  readonly bytes: Uint8Array;
  /** What lies there and cannot be read as OTLP. */
  readonly refused: readonly Refused[];
}

/** What was not taken. */
export interface Refused {
  readonly reason: RejectReason;
  readonly detail?: string | undefined;
  /** Of a record of a piece, where it lies in that; of what is no OTLP, where in the unpacked object. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export const NOTHING = new Uint8Array(0);
