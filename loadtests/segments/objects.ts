import { parseRunId } from '../../converters/run/run-id.ts';
import { isStoreError } from '../../converters/store/errors.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { Counters } from '../../infra/collector/counters.ts';
import { CampaignError } from '../campaign/errors.ts';
import type { LoadProgress, RunnerChoice } from '../load.ts';

/*
 * How who conducts a load and the processes that carry it out speak to each other: by objects beside the run's record, so
 * that they need nothing in common but the raw bucket.
 *
 *   conductor                        each segment                     drain               (revert)
 *   job.json  ────────────────────►  N.json: ready
 *   go.json, when all are ready ──►  N.json: running, …
 *   (stop.json)  ─────────────────►  N.ndjson.gz, N.json: ended
 *                                                                     drained.json        reverted.json
 *
 * All but job.json are in a folder of the load: tasks of an earlier one, whose command was killed, find another load in
 * job.json, or none, and end.
 */

/** What all segments do. */
export interface LoadJob {
  /** Which load of the run it is: of a run id that is used again there may be tasks of two. */
  readonly load: string;
  /** Name of the script in loadtests/scenarios. */
  readonly scenario: string;
  readonly segments: number;
  readonly runner: RunnerChoice;
  /** FAULTLINE_SEED and so on; where the stack is, who carries it out knows. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Go {
  /** When the scenarios begin, epoch ms. */
  readonly start_ms: number;
}

export interface Stop {
  /** What is under way is not waited for. */
  readonly cut_off: boolean;
}

export type SegmentState =
  | {
      readonly state: 'ready' /** Of the collector, before any traffic; the first segment's. */;
      readonly counters: Counters | null;
    }
  | { readonly state: 'running'; readonly progress: LoadProgress }
  | {
      readonly state: 'ended';
      /** k6's. */
      readonly exit_code: number;
      readonly runner: 'k6' | 'node';
      readonly runner_version: string;
      readonly progress: LoadProgress | null;
      /** The end of what it wrote to stderr. */
      readonly log: string;
    };

/** What the stack says when all that the traffic caused is in the raw bucket. */
export interface Drained {
  readonly end_ms: number;
  /** Until when raw objects were put, by the clock of who has waited for them. */
  readonly drained_ms: number;
  readonly counters: Counters;
  readonly versions: Readonly<Record<string, string>>;
}

/** The objects of one load of a run. */
export class LoadObjects {
  readonly load: string;
  readonly #raw: ObjectStore;
  readonly #jobKey: string;
  readonly #prefix: string;

  constructor({ raw, runId, load }: { raw: ObjectStore; runId: string; load: string }) {
    this.load = load;
    this.#raw = raw;
    const folder = `runs/${parseRunId(runId)}/client/`;
    this.#jobKey = `${folder}job.json`;
    this.#prefix = `${folder}${load}/`;
  }

  /** Of the load that the run has. @throws LOAD_NOT_ORDERED */
  static async ordered({ raw, runId }: { raw: ObjectStore; runId: string }): Promise<LoadObjects> {
    const job = await new LoadObjects({ raw, runId, load: '' }).get('job');
    if (!job) throw new CampaignError('LOAD_NOT_ORDERED', `run ${runId} must have a load`);
    return new LoadObjects({ raw, runId, load: job.load });
  }

  pointsKey(segment: number): string {
    return `${this.#prefix}${segment}.ndjson.gz`;
  }

  put(name: 'job', value: LoadJob): Promise<void>;
  put(name: 'go', value: Go): Promise<void>;
  put(name: 'stop', value: Stop): Promise<void>;
  put(name: 'drained', value: Drained): Promise<void>;
  put(name: 'reverted', value: object): Promise<void>;
  put(segment: number, value: SegmentState): Promise<void>;
  put(name: string | number, value: object): Promise<void> {
    const bytes = new TextEncoder().encode(`${JSON.stringify(value)}\n`);
    return this.#raw.put(this.#key(name), bytes, { contentType: 'application/json' });
  }

  /** Undefined where it is not there yet. */
  get(name: 'job'): Promise<LoadJob | undefined>;
  get(name: 'go'): Promise<Go | undefined>;
  get(name: 'stop'): Promise<Stop | undefined>;
  get(name: 'drained'): Promise<Drained | undefined>;
  get(name: 'reverted'): Promise<object | undefined>;
  get(segment: number): Promise<SegmentState | undefined>;
  async get(name: string | number): Promise<unknown> {
    try {
      return JSON.parse(new TextDecoder().decode(await this.#raw.get(this.#key(name))));
    } catch (error) {
      if (isStoreError(error, 'OBJECT_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  #key(name: string | number): string {
    return name === 'job' ? this.#jobKey : `${this.#prefix}${name}.json`;
  }
}
