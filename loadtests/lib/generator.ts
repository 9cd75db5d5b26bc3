/**
 * Seeded random numbers. A generator belongs to one iteration and comes from (seed, scenario, iteration), never from
 * the VU that happens to run it, so a run can be repeated whatever the number of VUs.
 */
export interface Generator {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, below). */
  integer(below: number): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T;
  /** A 128-bit id in the form of a UUID, unique over a run for all practical purposes. */
  id(): string;
}

/** sfc32, seeded by four 32-bit hashes of the labels. */
export function generator(...labels: (string | number)[]): Generator {
  let [a, b, c, counter] = hash128(labels.join('\u0000'));
  const uint32 = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  // The first outputs still resemble the seed.
  for (let i = 0; i < 12; i++) uint32();

  const next = () => uint32() / 2 ** 32;
  const integer = (below: number) => Math.floor(next() * below);
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]) => list[integer(list.length)] as T,
    id: () => {
      const hex = [uint32(), uint32(), uint32(), uint32()]
        .map((part) => part.toString(16).padStart(8, '0'))
        .join('');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    },
  };
}

/** Four lanes of multiply-and-xor over the text, mixed at the end so that each depends on all characters. */
function hash128(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    lanes[0] = Math.imul(lanes[1] ^ code, 0x2c1b3c6d) ^ (lanes[0] >>> 13);
    lanes[1] = Math.imul(lanes[2] ^ code, 0x297a2d39) ^ (lanes[1] >>> 15);
    lanes[2] = Math.imul(lanes[3] ^ code, 0x1b873593) ^ (lanes[2] >>> 14);
    lanes[3] = Math.imul(lanes[0] ^ code, 0x7feb352d) ^ (lanes[3] >>> 16);
  }
  const all = lanes[0] ^ lanes[1] ^ lanes[2] ^ lanes[3];
  return [
    avalanche(lanes[0] ^ all),
    avalanche(lanes[1] ^ all),
    avalanche(lanes[2]),
    avalanche(lanes[3] + all),
  ];
}

function avalanche(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  const second = Math.imul(first ^ (first >>> 15), 0x735a2d97);
  return second ^ (second >>> 15);
}
