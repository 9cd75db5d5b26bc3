/**
 * Whom each of a row of things belongs to (starts of iterations, VUs), when an execution is divided into segments. Of every
 * `period` things in a row a segment has as many as its weight, spread evenly: each goes to the segment that lags its share
 * most, the first of those that lag alike. So no thing has two owners or none, and a single one is the longest segment's.
 */
export class Division {
  /** Index of the segment whose share this is. */
  readonly segment: number;
  readonly #owners: readonly number[];
  /** Places of this segment's things within a period. */
  readonly #places: readonly number[];

  /** @param weights lengths of all segments as whole numbers, in order; 0 for one that gets nothing */
  constructor({ weights, segment }: { weights: readonly number[]; segment: number }) {
    this.segment = segment;
    this.#owners = ownersOf(reduced(weights));
    this.#places = placesOf(this.#owners, segment);
  }

  /** All of it in one segment. */
  static readonly WHOLE = new Division({ weights: [1], segment: 0 });

  /** How many of the first `count` things are this segment's. */
  share(count: number): number {
    return this.#shareOf({ places: this.#places, count });
  }

  /** Which thing, from 0, this segment's `own`-th is. */
  nth(own: number): number {
    const { length } = this.#places;
    return Math.floor(own / length) * this.#owners.length + (this.#places[own % length] as number);
  }

  /** This segment's things of a row, in order. */
  *select<T>(things: Iterable<T>): Generator<T> {
    let index = 0;
    for (const thing of things) {
      if (this.#owners[index % this.#owners.length] === this.segment) yield thing;
      index += 1;
    }
  }

  /**
   * The division of work that `count` things do, such as the iterations of that many VUs: who has none of them gets none of
   * the work, and the others as much as they have of them.
   */
  by(count: number): Division {
    const segments = 1 + Math.max(...this.#owners, this.segment);
    const weights = Array.from({ length: segments }, (_, segment) =>
      this.#shareOf({ places: placesOf(this.#owners, segment), count }),
    );
    return new Division({ weights, segment: this.segment });
  }

  #shareOf({ places, count }: { places: readonly number[]; count: number }): number {
    const period = this.#owners.length;
    const rest = count % period;
    return Math.floor(count / period) * places.length + places.filter((place) => place < rest).length;
  }
}

function placesOf(owners: readonly number[], segment: number): number[] {
  return owners.flatMap((owner, place) => (owner === segment ? [place] : []));
}

/**
 * After k things a segment of weight w is due k·w / period of them. Who gets one is due more than it has, so nobody is ever
 * ahead by a whole one, and after a period everybody has exactly its weight.
 */
function ownersOf(weights: readonly number[]): number[] {
  const period = weights.reduce((sum, weight) => sum + weight, 0);
  const lags = weights.map(() => 0);
  return Array.from({ length: period }, () => {
    let owner = 0;
    for (const [segment, weight] of weights.entries()) {
      lags[segment] = (lags[segment] as number) + weight;
      if ((lags[segment] as number) > (lags[owner] as number)) owner = segment;
    }
    lags[owner] = (lags[owner] as number) - period;
    return owner;
  });
}

function reduced(weights: readonly number[]): number[] {
  const common = weights.reduce(greatestCommonDivisor, 0);
  return weights.map((weight) => weight / (common || 1));
}

export function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
