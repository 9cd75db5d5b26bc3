import type { PbfReader } from 'pbf';
import { finite } from './value-json.ts';
import { eachPacked, enter, type Fixed64, leave, readDouble, readFixed64, readInt64 } from './wire.ts';

/** Buckets of one side: `bucket_counts[i]` counts values in (base^(offset+i), base^(offset+i+1)], base = 2^(2^-scale). */
interface Buckets {
  offset: number;
  /** As JSON: beyond 2^53 decimal text. */
  readonly counts: string[];
}

/** A point of an exponential histogram (metrics.proto, `ExponentialHistogramDataPoint`), which OCSF has no place for. */
export class ExponentialPoint {
  /** How many values. */
  count = 0n;
  /** Undefined where not said: of values that may be negative there is no sum. */
  sum: number | undefined;
  #scale = 0;
  #zeroCount = 0n;
  readonly #others: Record<string, string> = {};
  readonly #sides: Record<string, Buckets> = {};

  /** Reads one field but time, attributes and flags. */
  read(pbf: PbfReader, limit: number, field: number): void {
    if (field === 4) this.count = readUnsigned(pbf, limit);
    else if (field === 5) this.sum = readDouble(pbf, limit);
    else if (field === 6) this.#scale = pbf.readSVarint();
    else if (field === 7) this.#zeroCount = readUnsigned(pbf, limit);
    else if (field === 8) this.#sides.positive = readBuckets(pbf, limit);
    else if (field === 9) this.#sides.negative = readBuckets(pbf, limit);
    else if (field === 12) this.#others.min = finite(readDouble(pbf, limit));
    else if (field === 13) this.#others.max = finite(readDouble(pbf, limit));
    else if (field === 14) this.#others.zero_threshold = finite(readDouble(pbf, limit));
  }

  /** All of it, as JSON with sorted keys. */
  json(): string {
    const members: Record<string, string> = {
      ...{ ...this.#others, count: exact(this.count), scale: String(this.#scale) },
      ...{ zero_count: exact(this.#zeroCount), ...(this.sum !== undefined && { sum: finite(this.sum) }) },
    };
    for (const [side, { offset, counts }] of Object.entries(this.#sides))
      members[side] = `{"bucket_counts":[${counts}],"offset":${offset}}`;
    return objectJson(members);
  }
}

/** Members whose values are JSON already, in the order of their names. */
export const objectJson = (members: Readonly<Record<string, string>>): string =>
  `{${Object.keys(members)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${members[name]}`)
    .join(',')}}`;

function readBuckets(pbf: PbfReader, limit: number): Buckets {
  const end = enter(pbf, limit);
  const buckets: Buckets = { offset: 0, counts: [] };
  for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
    if (field === 1) buckets.offset = pbf.readSVarint();
    else if (field === 2) eachPacked(pbf, end, () => buckets.counts.push(JSON.stringify(readInt64(pbf))));
  }
  leave(pbf, end);
  return buckets;
}

function readUnsigned(pbf: PbfReader, limit: number): bigint {
  const halves: Fixed64 = { low: 0, high: 0 };
  readFixed64(pbf, limit, halves);
  return (BigInt(halves.high) << 32n) | BigInt(halves.low);
}

/** As JSON: beyond 2^53 decimal text. */
const exact = (count: bigint): string =>
  Number.isSafeInteger(Number(count)) ? String(count) : JSON.stringify(String(count));
