import { type RetryOptions, retry } from '../store/retry.ts';
import {
  denied,
  incomplete,
  invalidPrometheusUrl,
  notPrometheus,
  PrometheusError,
  refused,
  unreachable,
} from './errors.ts';

/** A server may take two minutes for a query of its own accord (`--query.timeout`). */
const LONGEST_MS = 150_000;
const PATIENCE = { attempts: 5, firstWaitMs: 200, maxWaitMs: 2_000 };

/** One series of a range vector. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds with at most three decimals, and the value as text. */
  readonly values?: readonly (readonly [number, string])[];
  /** Samples that are native histograms. */
  readonly histograms?: readonly (readonly [number, NativeHistogram])[];
}

export interface NativeHistogram {
  readonly count: string;
  readonly sum: string;
  /** Which bounds belong to it, lower bound, upper bound, count. */
  readonly buckets?: readonly (readonly [number, string, string, string])[];
}

export interface Family {
  readonly type: string;
  readonly unit: string;
}

interface Span {
  /** Epoch ms. */
  readonly fromMs: number;
  /** Epoch ms. */
  readonly toMs: number;
}

/** A server, or what speaks as one, over its HTTP API. All calls throw `PROMETHEUS_…` and `NOT_A_PROMETHEUS`. */
export class Prometheus {
  /** Without credentials. */
  readonly url: string;
  readonly #token: string | undefined;
  readonly #signal: AbortSignal | undefined;

  /** @throws `INVALID_PROMETHEUS_URL` */
  constructor({
    url,
    token,
    signal,
  }: { url: string; token?: string | undefined; signal?: AbortSignal | undefined }) {
    this.url = checkedUrl(url);
    this.#token = token || undefined;
    this.#signal = signal;
  }

  /** Names of the metrics that have samples about that time, sorted. */
  async names({ match, fromMs, toMs }: Span & { match: string | undefined }): Promise<string[]> {
    const names = await this.#get('label/__name__/values', {
      ...{ start: seconds(fromMs), end: seconds(toMs), ...(match !== undefined && { 'match[]': match }) },
    });
    if (!Array.isArray(names)) throw this.#odd('its list of metrics is none');
    return names.map(String).sort();
  }

  /** Types and units by metric; none where the server keeps none. */
  async metadata(): Promise<ReadonlyMap<string, Family>> {
    const found = await this.#get('metadata', {}).catch((error) => {
      if (error instanceof PrometheusError && /^(NOT_A_PROMETHEUS|PROMETHEUS_REFUSED)$/.test(error.code))
        return {};
      throw error;
    });
    const families = Object.entries((found ?? {}) as Record<string, readonly Partial<Family>[]>);
    return new Map(
      families.map(([name, [first]]) => [name, { type: first?.type ?? '', unit: first?.unit ?? '' }]),
    );
  }

  /** Raw samples from `fromMs`, inclusive, to `toMs`, exclusive. */
  async samples({ selector, fromMs, toMs }: Span & { selector: string }): Promise<readonly Series[]> {
    // Up to Prometheus 2 a range holds its beginning, since 3 it does not: one millisecond more, and what is outside goes.
    const data = (await this.#get('query', {
      ...{ query: `${selector}[${toMs - fromMs + 1}ms]`, time: seconds(toMs) },
    })) as { resultType?: string; result?: readonly Series[] } | null;
    if (data?.resultType !== 'matrix' || !Array.isArray(data.result)) throw this.#odd('its samples are none');
    const within = <T>(samples: readonly (readonly [number, T])[] = []) =>
      samples.filter(([at]) => epochMs(at) >= fromMs && epochMs(at) < toMs);
    return data.result.map((series: Series) => ({
      ...{ metric: series.metric, values: within(series.values), histograms: within(series.histograms) },
    }));
  }

  #odd(what: string, cause?: unknown): PrometheusError {
    return notPrometheus({ url: this.url, what, cause });
  }

  async #get(path: string, parameters: Readonly<Record<string, string>>): Promise<unknown> {
    const url = `${this.url}/api/v1/${path}?${new URLSearchParams(parameters)}`;
    return retry({ action: () => this.#once(url), ...this.#retrying() });
  }

  #retrying(): Pick<RetryOptions<unknown>, 'patienceFor' | 'explain'> {
    return {
      patienceFor: (error) =>
        (error instanceof Busy || isNetwork(error)) && !this.#signal?.aborted ? PATIENCE : undefined,
      explain: (error, attempts) => {
        if (this.#signal?.aborted) return this.#signal.reason;
        if (error instanceof Busy) return refused({ url: this.url, ...error });
        return isNetwork(error) ? unreachable(this.url, attempts, error) : error;
      },
    };
  }

  async #once(url: string): Promise<unknown> {
    const limit = AbortSignal.timeout(LONGEST_MS);
    const answer = await fetch(url, {
      headers: { accept: 'application/json', ...(this.#token && { authorization: `Bearer ${this.#token}` }) },
      signal: this.#signal ? AbortSignal.any([this.#signal, limit]) : limit,
    });
    const { status } = answer;
    if (status === 401 || status === 403)
      throw denied({ url: this.url, status, token: this.#token !== undefined });
    const text = await answer.text();
    const body = parsed(text);
    if (status === 429 || status >= 500) throw new Busy(status, body?.error ?? text.slice(0, 200));
    if (body?.status === 'error') throw refused({ url: this.url, status, said: String(body.error) });
    if (body?.status !== 'success') throw this.#odd(`answered ${status} and ${excerpt(text)}`);
    if (body.warnings && body.warnings.length > 0)
      throw incomplete({ url: this.url, said: body.warnings.join('; ') });
    return body.data;
  }
}

/** Epoch ms of a time as the API gives it. */
export const epochMs = (at: number): number => Math.round(at * 1000);
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** The server is there, and asks for patience. */
class Busy extends Error {
  readonly status: number;
  readonly said: string;
  constructor(status: number, said: string) {
    super(said);
    this.status = status;
    this.said = said;
  }
}

/** What `fetch` throws where no answer came. */
const isNetwork = (error: unknown): boolean =>
  (error instanceof TypeError && error.cause !== undefined) ||
  (error as Error | undefined)?.name === 'TimeoutError';

interface Answer {
  readonly status?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly data?: unknown;
}

function parsed(text: string): Answer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const excerpt = (text: string): string =>
  text.trim() === '' ? 'nothing' : JSON.stringify(text.slice(0, 60));

function checkedUrl(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) throw invalidPrometheusUrl(url, 'it is no such URL');
  if (parsed.username || parsed.password) throw invalidPrometheusUrl(url, 'credentials never stand in a URL');
  if (parsed.search || parsed.hash) throw invalidPrometheusUrl(url, 'it has parameters');
  return parsed.href.replace(/\/+$/, '');
}
