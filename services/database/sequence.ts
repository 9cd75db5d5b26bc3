/** A seeded sequence of numbers in [0, 1): mulberry32, the same on every machine. */
export function numbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The element of `list` at a number in [0, 1). */
export function pick<T>(list: readonly T[], at: number): T {
  return list[Math.floor(at * list.length)] as T;
}
