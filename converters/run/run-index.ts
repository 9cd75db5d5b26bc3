import { inLanes } from '../lanes.ts';
import type { ObjectInfo, ObjectStore } from '../store/store.ts';
import { RunError } from './errors.ts';
import { isObjectOf } from './raw-objects.ts';
import type { RunRecord } from './record.ts';
import { readRun } from './runs.ts';

const RECORD_KEY = /^runs\/([a-z0-9][a-z0-9-]{0,39})\.json$/;
/** Records read at once. */
const AT_ONCE = 8;

/** All runs of a bucket, for those who have a raw object and look for its run. What is complete is read once. */
export class RunIndex {
  readonly #raw: ObjectStore;
  /** Complete records, by their keys; they change no more, unless the run is deleted and made anew. */
  readonly #complete = new Map<string, { readonly object: string; readonly record: RunRecord }>();
  #reading: Promise<readonly RunRecord[]> | undefined;
  #next: Promise<readonly RunRecord[]> | undefined;

  constructor(raw: ObjectStore) {
    this.#raw = raw;
  }

  /** Runs that are under way or complete now, and to which this raw object belongs. */
  async holding(key: string): Promise<RunRecord[]> {
    return (await this.#now()).filter((record) => isObjectOf(record, key));
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
  async #recordAt({ key, size, lastModified }: ObjectInfo): Promise<RunRecord | undefined> {
    const runId = RECORD_KEY.exec(key)?.[1];
    if (runId === undefined) return undefined;
    const object = `${size} ${lastModified.getTime()}`;
    const known = this.#complete.get(key);
    if (known?.object === object) return known.record;
    try {
      const record = await readRun({ raw: this.#raw, runId });
      if (record.state === 'complete') this.#complete.set(key, { object, record });
      return record;
    } catch (error) {
      if (error instanceof RunError) return undefined;
      throw error;
    }
  }
}
