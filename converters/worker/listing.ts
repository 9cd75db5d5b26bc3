import { setTimeout as sleep } from 'node:timers/promises';
import { ConverterError } from '../errors.ts';
import { rawName } from '../read/raw-object.ts';
import { minutePrefix } from '../run/raw-objects.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Told } from './worker.ts';

/** What follows the prefix: `2026/11/24/05/41/…` */
const PUT_IN = /^(\d{4})\/(\d\d)\/(\d\d)\/(\d\d)\/(\d\d)\/[^/]+$/;
/** Just after all years, and before `runs/…`, the raw objects of stacks that were up for one run. */
const AFTER_YEARS = ':';
/** Minutes before the newest object within which others may still appear: a put that is tried again keeps its name. */
const LATE_MINUTES = 5;
/** Keys offered at once; less than a queue has room for. */
const AT_ONCE = 100;

/** False where there is no room for them, and they are to be offered again. */
type Offer = (keys: readonly string[]) => boolean;

/**
 * Finds the raw objects of a bucket that notifies nobody, by listing it again and again. Each is offered once, and again where `told` says so. The
 * first round lists all minutes, the next ones those since shortly before the newest object; what appears later
 * than that is left to `convert --missing`, and so is what lies below the prefix of a single run.
 */
export class Listing {
  readonly #raw: ObjectStore;
  readonly #prefix: string;
  readonly #offer: Offer;
  /** Offered, of the minutes that are listed again. */
  readonly #offered = new Set<string>();
  /** Of those, what is to be offered in the next round. */
  readonly #again = new Set<string>();
  /** Of those, what no run holds, and is to be offered again when something new has been put. */
  readonly #unheld = new Set<string>();
  #after = '';
  /** Beginning of keys of the minute before that of the newest object. */
  #recent = '';

  constructor({ raw, prefix = 'raw', offer }: { raw: ObjectStore; prefix?: string; offer: Offer }) {
    this.#raw = raw;
    this.#prefix = prefix;
    this.#offer = offer;
  }

  /**
   * What became of an object. It is offered again while it is listed when it could not be converted now; and for a minute when no run holds
   * it: a run has all that was put in the minute in which it begins, also before its record was there. A run that has begun puts
   * objects, so that without new ones nothing need be tried again.
   */
  told({ key, outcome }: Pick<Told, 'key' | 'outcome'>): void {
    if (!this.#offered.has(key)) return;
    if (outcome === 'failed') this.#again.add(key);
    else if (outcome === 'no_run') this.#unheld.add(key);
  }

  /** @returns how many were offered and taken @throws what the store throws */
  async round(): Promise<number> {
    let [taken, newest] = [0, ''];
    let batch: string[] = [];
    const offer = (): boolean => {
      if (batch.length > 0 && !this.#offer(batch)) return false;
      for (const key of batch) {
        if (!this.#again.delete(key)) newest = key;
        this.#offered.add(key);
      }
      taken += batch.length;
      batch = [];
      return true;
    };
    for await (const { key } of this.#raw.list(`${this.#prefix}/`, { startAfter: this.#after })) {
      if (this.#below(key) >= AFTER_YEARS) break;
      const known = this.#offered.has(key) && !this.#again.has(key);
      if (known || !PUT_IN.test(this.#below(key)) || !rawName(key)) continue;
      batch.push(key);
      if (batch.length === AT_ONCE && !offer()) break;
    }
    offer();
    if (newest !== '') this.#goOn(newest);
    return taken;
  }

  #below(key: string): string {
    return key.slice(this.#prefix.length + 1);
  }

  /** Keys are in the order of their minutes, so that nothing before those of the newest need be listed again. */
  #goOn(newest: string): void {
    const [, ...minute] = PUT_IN.exec(this.#below(newest)) ?? [];
    const [year, month, day, hour, min] = minute.map(Number) as [number, number, number, number, number];
    const before = (minutes: number) =>
      minutePrefix({ prefix: this.#prefix, at_ms: Date.UTC(year, month - 1, day, hour, min - minutes) });
    const after = before(LATE_MINUTES);
    if (after > this.#after) {
      this.#after = after;
      this.#recent = before(1);
      for (const of of [this.#offered, this.#again]) for (const key of of) if (key < after) of.delete(key);
    }
    for (const key of this.#unheld) if (key > this.#recent) this.#again.add(key);
    this.#unheld.clear();
  }
}

/** The longest that a timer waits; beyond it, it would not wait at all. */
const LONGEST_MS = 2 ** 31 - 1;

/** How often a bucket is listed, from a variable of an environment. @throws `SETTING_INVALID` */
export function parseEveryMs(text: string): number {
  const ms = Number(text);
  if (/^\d+$/.test(text) && ms >= 1 && ms <= LONGEST_MS) return ms;
  throw new ConverterError(
    'SETTING_INVALID',
    `LIST_EVERY_MS must be a whole number of milliseconds from 1 to ${LONGEST_MS}, got "${text}"`,
  );
}

/** Round after round until `signal` aborts; a round that fails is told of, and the next one does its work. */
export async function listUntil({
  listing,
  everyMs,
  signal,
  onError,
}: {
  listing: Listing;
  everyMs: number;
  signal: AbortSignal;
  onError: (error: unknown) => void;
}): Promise<void> {
  while (!signal.aborted) {
    await listing.round().catch(onError);
    await sleep(everyMs, undefined, { signal }).catch(() => undefined);
  }
}
