import { compressUsingDict, createCCtx, decompress, init } from '@bokuweb/zstd-wasm';

/** The lowest that zstd calls a regular one: twice as fast as its default here, for a twentieth more bytes. */
const LEVEL = 1;
/** A fast one, for what is soon read again: read in half the time, for a ninth more bytes. */
const FAST = -2;
let loading: Promise<void> | undefined;

export interface Zstd {
  /** One frame, with the size of what is in it. */
  compress(bytes: Uint8Array): Uint8Array;
  /** The same for what does not stay. */
  compressFast(bytes: Uint8Array): Uint8Array;
  /** @throws Error where it is no frame, or a broken one */
  decompress(bytes: Uint8Array): Uint8Array;
}

/** Frames of what is so short that it comes again and again: pages of columns that say the same throughout. */
const SHORT = 48;
const frames = new Map<string, Uint8Array>();
const MOST_FRAMES = 10_000;

/** Of this thread. It makes the frames that a new one makes, without the time and the memory to make one for each. */
let context: number | undefined;
const NO_DICTIONARY = new Uint8Array(0);

function compress(bytes: Uint8Array, level: number): Uint8Array {
  context ||= createCCtx();
  if (!context) throw new Error('no memory for zstd');
  return compressUsingDict(context, bytes, NO_DICTIONARY, level);
}

function frameOf(bytes: Uint8Array): Uint8Array {
  if (bytes.length > SHORT) return compress(bytes, LEVEL);
  const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  let frame = frames.get(key);
  if (!frame) {
    frame = compress(bytes, LEVEL);
    if (frames.size < MOST_FRAMES) frames.set(key, frame);
  }
  return frame;
}

const ready: Zstd = {
  compress: frameOf,
  compressFast: (bytes) => compress(bytes, FAST),
  decompress: (bytes) => decompress(bytes),
};

/** Zstandard in WebAssembly, once it is loaded. */
export async function loadZstd(): Promise<Zstd> {
  loading ??= init();
  await loading;
  return ready;
}
