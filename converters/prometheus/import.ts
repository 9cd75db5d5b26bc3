import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { PbfWriter } from 'pbf';
import { throwIfStopped } from '../errors.ts';
import { writeRequest } from '../read/otlp-json.ts';
import type { ObjectStore } from '../store/store.ts';
import type { Family, Prometheus, Series } from './api.ts';
import { noSamples, PrometheusError } from './errors.ts';
import { kindOf } from './kinds.ts';
import { requestOf, type Samples } from './otlp.ts';
import { selectorOfOne } from './selector.ts';

/** Time that is asked for at once, by default: of a metric with ten thousand series, scraped every 15 s, some 10 MB of JSON. */
const SLICE_MS = 300_000;
/** Queries under way at once. */
const AT_ONCE = 4;
/** Bytes of OTLP in an object, before gzip. */
const OBJECT = 1 << 20;
const packed = promisify(gzip);

export interface ImportOptions {
  readonly prometheus: Prometheus;
  /** Of all series only these. */
  readonly match?: string | undefined;
  /** Epoch ms, inclusive. */
  readonly sinceMs: number;
  /** Epoch ms, exclusive. */
  readonly untilMs: number;
  /** Time that is asked for at once. */
  readonly sliceMs?: number;
  /** Where the raw objects are put. */
  readonly into: ObjectStore;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportProgress {
  readonly samples: number;
  /** How much of the time that was asked for has been read, 0 to 1. */
  readonly done: number;
}

/**
 * Raw samples of a Prometheus server → raw objects, as if a collector had written them: OTLP protobuf, gzip. Memory holds one
 * slice of time of a few metrics. The same samples give the same objects.
 *
 *     for each slice of time: names of metrics ─► for each: range vector ─► OTLP ─► put when an object is full
 *
 * @throws `NO_SAMPLES`, `PROMETHEUS_…`, `NOT_A_PROMETHEUS`, `INVALID_SELECTOR`, `CANCELLED`, and what the store throws
 */
export async function importSamples(options: ImportOptions): Promise<{ samples: number; objects: number }> {
  const { prometheus, match, sinceMs, untilMs, sliceMs = SLICE_MS, into, signal, onProgress } = options;
  const selectorOf = selectorOfOne(match);
  const objects = new Objects(into);
  let families: ReadonlyMap<string, Family> | undefined;
  let samples = 0;
  for (let fromMs = sinceMs; fromMs < untilMs; fromMs += sliceMs) {
    const slice = { fromMs, toMs: Math.min(untilMs, fromMs + sliceMs) };
    const names = await prometheus.names({ match, ...slice });
    families ??= await prometheus.metadata();
    for (let i = 0; i < names.length; i += AT_ONCE) {
      throwIfStopped({ signal, what: `reading ${prometheus.url}` });
      const found = await Promise.all(
        names.slice(i, i + AT_ONCE).map(async (name) => {
          const series = await seriesOf({ prometheus, selector: selectorOf(name), ...slice });
          return requestOf({ name, kind: kindOf(name, families ?? new Map()), series });
        }),
      );
      for (const one of found) {
        samples += one.count;
        await objects.add(one);
      }
      const within = (i + AT_ONCE) / names.length;
      onProgress?.({
        samples,
        done: (fromMs - sinceMs + Math.min(1, within) * (slice.toMs - fromMs)) / (untilMs - sinceMs),
      });
    }
  }
  await objects.put();
  if (samples === 0) {
    const [from, to] = [sinceMs, untilMs].map((ms) => new Date(ms).toISOString());
    throw noSamples({ url: prometheus.url, match, from: String(from), to: String(to) });
  }
  return { samples, objects: objects.count };
}

/** All samples of a metric; where they are more than the server will load at once, of half the time each. */
async function seriesOf(of: {
  prometheus: Prometheus;
  selector: string;
  fromMs: number;
  toMs: number;
}): Promise<readonly Series[]> {
  const { prometheus, selector, fromMs, toMs } = of;
  try {
    return await prometheus.samples({ selector, fromMs, toMs });
  } catch (error) {
    const middle = Math.floor((fromMs + toMs) / 2);
    if (!isTooMany(error) || middle === fromMs) throw error;
    return [...(await seriesOf({ ...of, toMs: middle })), ...(await seriesOf({ ...of, fromMs: middle }))];
  }
}

const isTooMany = (error: unknown): boolean =>
  error instanceof PrometheusError &&
  error.code === 'PROMETHEUS_REFUSED' &&
  /too many samples/.test(error.message);

/** Requests one behind the other, as an object when they are enough. */
class Objects {
  count = 0;
  readonly #into: ObjectStore;
  #open = new PbfWriter(new Uint8Array(1 << 16));

  constructor(into: ObjectStore) {
    this.#into = into;
  }

  async add({ request, count }: Samples): Promise<void> {
    if (count === 0) return;
    // Requests of one signal, one behind the other, are one request (encoding.html, "Last One Wins").
    writeRequest(request, 'metrics', this.#open);
    if (this.#open.pos >= OBJECT) await this.put();
  }

  async put(): Promise<void> {
    if (this.#open.pos === 0) return;
    const bytes = await packed(this.#open.finish(), { level: 1 });
    this.#open = new PbfWriter(new Uint8Array(1 << 16));
    await this.#into.put(`metrics_${String(++this.count).padStart(6, '0')}.binpb.gz`, bytes);
  }
}
