import { compareKeys } from '../store/keys.ts';
import type { Difference, Side } from './quality.ts';

const SIDES: readonly Side[] = [
  'sent',
  'answered',
  'access_lines',
  'server_spans',
  'rows_http_access',
  'rows_http_server',
];

/** How many ids of a difference are listed. */
const LISTED = 20;

/** Which request ids each side has: one map of bits, since the sides have most ids in common. */
export class RequestIds {
  readonly #bits = new Map<string, number>();
  readonly #sizes = new Map<Side, number>();

  /** @returns false where the side had the id already */
  add(side: Side, id: string): boolean {
    const bit = bitOf(side);
    const bits = this.#bits.get(id) ?? 0;
    if (bits & bit) return false;
    this.#bits.set(id, bits | bit);
    this.#sizes.set(side, this.size(side) + 1);
    return true;
  }

  size(side: Side): number {
    return this.#sizes.get(side) ?? 0;
  }

  /** Ids that are in one side and not in the other. */
  difference(side: Side, other: Side): Difference {
    const [wanted, mask] = [bitOf(side), bitOf(side) | bitOf(other)];
    const ids: string[] = [];
    for (const [id, bits] of this.#bits) if ((bits & mask) === wanted) ids.push(id);
    return { in: side, not_in: other, count: ids.length, ids: ids.sort(compareKeys).slice(0, LISTED) };
  }
}

const bitOf = (side: Side) => 1 << SIDES.indexOf(side);
