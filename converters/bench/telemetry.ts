import type { Signal } from '../read/raw-object.ts';
import {
  type Block,
  epochNs,
  gaugeMessage,
  logMessage,
  packed,
  type Span,
  spanMessage,
  VERSION,
} from './otlp.ts';
import { packedJson } from './otlp-json.ts';
import { requestSpans } from './request-spans.ts';

/** Seeded generator (mulberry32): the same seed makes the same telemetry. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Raw objects of a run that begins at `start` (epoch ms): eight spans and one access line a request, and some samples. */
export function* rawObjects({
  requests,
  start,
  seed = 1,
  perObject = 625,
  requestMs = 10,
  spanFormat = 'binpb',
  firstLine = 1,
  signals = ['traces', 'logs', 'metrics'],
}: {
  requests: number;
  start: number;
  seed?: number;
  /** Requests an object. */
  perObject?: number;
  /** From one request to the next. */
  requestMs?: number;
  /** Of the spans; all else is protobuf. */
  spanFormat?: 'binpb' | 'json';
  /** Number of web-api's first line: one process counts on. */
  firstLine?: number;
  /** The others are made up, too, and left out. */
  signals?: readonly Signal[];
}): Generator<{ key: string; bytes: Uint8Array; records: number; signal: Signal }> {
  const random = seeded(seed);
  let line = firstLine - 1;
  for (let first = 0; first < requests; first += perObject) {
    const spans = new Map<string, Span[]>();
    const lines: Uint8Array[] = [];
    const count = Math.min(perObject, requests - first);
    for (let request = first; request < first + count; request++) {
      line += 1;
      const made = madeRequest({ random, time: start + request * requestMs, line });
      for (const { service, span } of made.spans) {
        const list = spans.get(service) ?? [];
        list.push(span);
        spans.set(service, list);
      }
      lines.push(made.line);
    }
    const uploaded = start + (first + count) * requestMs + 1000;
    const key = (signal: Signal, format = 'binpb') => rawKey({ signal, uploaded, number: first, format });
    const blocks = [...spans].map(([service, records]) => ({ service, records }));
    const wanted = (signal: Signal) => signals.includes(signal);
    if (wanted('traces'))
      yield {
        key: key('traces', spanFormat),
        signal: 'traces',
        records: count * 8,
        bytes: spanFormat === 'json' ? packedJson(blocks) : packed(blocks.map(asMessages)),
      };
    if (wanted('logs'))
      yield {
        key: key('logs'),
        signal: 'logs',
        records: count,
        bytes: packed([{ service: 'web-api', records: lines }]),
      };
    const gauges = Array.from({ length: 200 }, (_, series) => gauge(series, uploaded, random()));
    if (wanted('metrics'))
      yield {
        key: key('metrics'),
        signal: 'metrics',
        records: 200,
        bytes: packed([{ service: 'web-api', records: gauges }]),
      };
  }
}

/** As the S3 exporter names it; `uploaded` is epoch ms. */
export function rawKey({
  signal,
  uploaded,
  number,
  format = 'binpb',
}: {
  signal: Signal;
  uploaded: number;
  number: number;
  format?: string;
}): string {
  const minute = new Date(uploaded).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/');
  return `raw/${minute}/${signal}_${String(number).padStart(12, '0')}.${format}.gz`;
}

export function randomBytes(random: () => number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let i = 0; i < count; i++) bytes[i] = random() * 256;
  return bytes;
}
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const asMessages = ({ service, records }: Block<Span>): Block<Uint8Array> => ({
  service,
  records: records.map(spanMessage),
});

/** The spans of a request, and its access line. */
function madeRequest({ random, time, line }: { random: () => number; time: number; line: number }) {
  const user = 1 + Math.floor(random() * 20_000);
  const requestId = hexOf(randomBytes(random, 8));
  const traceId = randomBytes(random, 16);
  const plans = requestSpans(user, requestId);
  const ids = plans.map(() => randomBytes(random, 8));
  const spans = plans.map(({ service, parent, ...plan }, i) => {
    const startNs = Math.floor(random() * 2_000_000) * (i + 1);
    const ns = 100_000 + Math.floor(random() * 20_000_000);
    const span: Span = {
      ...plan,
      traceId,
      spanId: ids[i] as Uint8Array,
      parentId: ids[parent],
      start: epochNs(time, startNs),
      end: epochNs(time, startNs + ns),
    };
    return { service, span };
  });
  const body = JSON.stringify({
    time: time + 20,
    level: 'info',
    service: 'web-api',
    version: VERSION,
    instance: 'web-api-1a2b3c4d',
    line,
    event: 'http.access',
    msg: 'request completed',
    trace_id: hexOf(traceId),
    span_id: hexOf(ids[0] as Uint8Array),
    request_id: requestId,
    method: 'GET',
    route: '/api/users/:id',
    path: `/api/users/${user}`,
    status: 200,
    duration_ms: Math.round(random() * 20e6) / 1e6,
    user_id: String(user),
    peer: '127.0.0.1',
  });
  return {
    spans,
    line: logMessage({ observed: epochNs(time + 20, 500_000), file: 'web-api-1.log', body }),
  };
}

const gauge = (series: number, time: number, value: number): Uint8Array =>
  gaugeMessage({
    name: `metric_${series % 40}`,
    time: epochNs(time),
    value,
    attributes: { route: `/api/route/${series % 20}`, series: String(series) },
  });
