import { inLanes } from '../lanes.ts';
import type { ObjectInfo, ObjectStore } from '../store/store.ts';
import { RunError } from './errors.ts';
import { isObjectOf } from './raw-objects.ts';
import type { RunRecord } from './record.ts';
import { readRun } from './runs.ts';

const RECORD_KEY = /^runs\/([a-z0-9][a-z0-9-]{0,39})\.json$/;
/** Records read at once. */
const AT_ONCE = 8;

/** Runs that are under way or complete, and to which a raw object belongs. */
export interface Runs {
  holding(key: string): Promise<RunRecord[]>;
}

/**
 * All runs of a bucket, for those who have a raw object and look for its run. A record is read once: where the store's listing
 * says which content it is (an ETag), else when it is complete, since it changes no more, unless the run is deleted and made anew.
 */
export class RunIndex implements Runs {
  readonly #raw: ObjectStore;
  readonly #known = new Map<string, { readonly object: string; readonly record: RunRecord }>();
  #reading: Promise<readonly RunRecord[]> | undefined;
  #next: Promise<readonly RunRecord[]> | undefined;

  constructor(raw: ObjectStore) {
    this.#raw = raw;
  }

  /** As the bucket is now. */
  async holding(key: string): Promise<RunRecord[]> {
    return (await this.#now()).filter((record) => isObjectOf(record, key));
  }

  /** As the bucket is when the first is asked for: for raw objects that are all there by now, and their runs with them. */
  once(): Runs {
    let records: Promise<readonly RunRecord[]> | undefined;
    return {
      holding: async (key) => {
        records ??= this.#now();
        return (await records).filter((record) => isObjectOf(record, key));
      },
    };
  }

  /** Who asks while the bucket is read waits for the next reading, which all of them share: a run may have begun meanwhile. */
  #now(): Promise<readonly RunRecord[]> {
    if (!this.#reading) return this.#read();
    this.#next ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#read();
      });
    return this.#next;
  }

  #read(): Promise<readonly RunRecord[]> {
    const reading = this.#readAll().finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  async #readAll(): Promise<readonly RunRecord[]> {
    const records: RunRecord[] = [];
    await inLanes({
      items: this.#raw.list('runs/'),
      count: AT_ONCE,
      signal: undefined,
      what: 'looking for runs',
      lane: () => async (info) => {
        const record = await this.#recordAt(info);
        if (record) records.push(record);
      },
    });
    return records.sort((a, b) => (a.run_id < b.run_id ? -1 : 1));
  }

  /** Undefined where it is no record, or one that is damaged or gone by now: converting that run says so. */
  async #recordAt({ key, size, lastModified, etag }: ObjectInfo): Promise<RunRecord | undefined> {
    const runId = RECORD_KEY.exec(key)?.[1];
    if (runId === undefined) return undefined;
    const object = `${size} ${lastModified.getTime()} ${etag}`;
    const known = this.#known.get(key);
    if (known?.object === object) return known.record;
    try {
      const record = await readRun({ raw: this.#raw, runId });
      if (etag !== undefined || record.state === 'complete') this.#known.set(key, { object, record });
      return record;
    } catch (error) {
      if (error instanceof RunError) return undefined;
      throw error;
    }
  }
}
