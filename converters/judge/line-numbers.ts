import { compareKeys } from '../store/keys.ts';
import type { LineReport } from './quality.ts';

const LISTED = 20;

/** Which line numbers of one process were seen: a bit each. */
interface Seen {
  readonly service: string;
  bits: Uint8Array;
  least: number;
  most: number;
  count: number;
}

/** Far above what a process writes in a run; a number beyond is no line number. */
const MOST_LINES = 1 << 28;

/**
 * Line numbers per process. A process writes 1, 2, 3 …: what is missing between the least and the greatest number that
 * was seen is lost. Where a run begins after its processes did, the least number is above 1, and that is no loss.
 */
export class LineNumbers {
  readonly #instances = new Map<string, Seen>();
  #repeated = 0;

  /** @returns false where the line was there already */
  add({ instance, service, line }: { instance: string; service: string; line: number }): boolean {
    if (!Number.isInteger(line) || line < 1 || line > MOST_LINES) return true;
    const seen = this.#seen({ instance, service, line });
    const [index, bit] = [line >>> 3, 1 << (line & 7)];
    if (((seen.bits[index] ?? 0) & bit) !== 0) {
      this.#repeated++;
      return false;
    }
    seen.bits[index] = (seen.bits[index] ?? 0) | bit;
    seen.count++;
    seen.least = Math.min(seen.least, line);
    seen.most = Math.max(seen.most, line);
    return true;
  }

  #seen({ instance, service, line }: { instance: string; service: string; line: number }): Seen {
    let seen = this.#instances.get(instance);
    if (!seen) {
      seen = { service, bits: new Uint8Array(1024), least: line, most: line, count: 0 };
      this.#instances.set(instance, seen);
    }
    if (line >>> 3 >= seen.bits.length) {
      const grown = new Uint8Array(Math.max(seen.bits.length * 2, (line >>> 3) + 1));
      grown.set(seen.bits);
      seen.bits = grown;
    }
    return seen;
  }

  report(): LineReport {
    const gaps: LineReport['gaps'][number][] = [];
    const missing_of: Record<string, number> = {};
    let [lines, missing] = [0, 0];
    for (const [instance, seen] of [...this.#instances].sort(([a], [b]) => compareKeys(a, b))) {
      lines += seen.count;
      const lost = seen.most - seen.least + 1 - seen.count;
      missing += lost;
      if (lost > 0) missing_of[seen.service] = (missing_of[seen.service] ?? 0) + lost;
      gaps.push(...gapsOf(instance, seen));
    }
    return {
      instances: this.#instances.size,
      lines,
      repeated: this.#repeated,
      missing,
      missing_of,
      gaps: gaps.slice(0, LISTED),
    };
  }
}

function* gapsOf(instance: string, { bits, least, most }: Seen): Generator<LineReport['gaps'][number]> {
  let from = 0;
  for (let line = least; line <= most; line++) {
    const present = ((bits[line >>> 3] ?? 0) & (1 << (line & 7))) !== 0;
    if (!present && from === 0) from = line;
    if (!present || from === 0) continue;
    yield { instance, from, to: line - 1 };
    from = 0;
  }
}
