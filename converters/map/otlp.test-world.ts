import { eventOf } from '../ocsf/event.ts';
import { otlpJsonToProtobuf } from '../read/otlp-json.ts';
import type { Signal } from '../read/raw-object.ts';
import { flatRowsOf } from '../write/rows-of.test-world.ts';
import { mapObject } from './map-object.test-world.ts';
import type { Rejected } from './mapper.ts';
import { Rows } from './rows.ts';

type Json = Record<string, unknown>;

/** When everything here happens, epoch ms and ns. */
export const TIME = 1_795_508_227_991;
export const NANOS = `${TIME}000000`;
export const TRACE = '635e834e876e37fd5d81ab73c2d95030';
export const SPAN = 'defde0931aaccaab';

function anyValue(of: unknown): Json {
  if (typeof of === 'number') return Number.isInteger(of) ? { intValue: String(of) } : { doubleValue: of };
  if (typeof of === 'boolean') return { boolValue: of };
  if (Array.isArray(of)) return { arrayValue: { values: of.map(anyValue) } };
  return typeof of === 'string' ? { stringValue: of } : {};
}

/** Attributes as OTLP/JSON has them. */
export const attributes = (of: Json): Json[] =>
  Object.entries(of).map(([key, value]) => ({ key, value: anyValue(value) }));

/** Who sent it. */
export const resource = (service: string): Json => ({
  attributes: attributes({
    'service.name': service,
    'service.version': '1.8.0',
    'service.instance.id': `${service}-1a2b3c4d`,
    'deployment.environment.name': 'local',
  }),
});

/** One log record as an OTLP request; the collector saw it at {@link TIME}. */
export const logRequest = (
  body: string,
  { service = 'web-api', place = {}, ...more }: { service?: string; place?: Json } & Json = {},
): Json => ({
  resourceLogs: [
    {
      resource: resource(service),
      scopeLogs: [
        {
          logRecords: [
            {
              observedTimeUnixNano: NANOS,
              body: { stringValue: body },
              attributes: attributes(place),
              ...more,
            },
          ],
        },
      ],
    },
  ],
});

/** One span of 1.234567 ms as an OTLP request. */
export const spanRequest = (
  { service = 'web-api', ...more }: { service?: string } & Json,
  of: Json = {},
): Json => ({
  resourceSpans: [
    {
      resource: resource(service),
      scopeSpans: [
        {
          spans: [
            {
              traceId: TRACE,
              spanId: SPAN,
              parentSpanId: '79efee6e91c6c891',
              startTimeUnixNano: NANOS,
              endTimeUnixNano: String(BigInt(NANOS) + 1_234_567n),
              attributes: attributes(of),
              ...more,
            },
          ],
        },
      ],
    },
  ],
});

export const metricRequest = (metric: Json): Json => ({
  resourceMetrics: [
    { resource: resource('web-api'), scopeMetrics: [{ scope: { name: 'prom-client' }, metrics: [metric] }] },
  ],
});

/** A line as the services write it. */
export const ourLine = (more: Json = {}): string =>
  JSON.stringify({
    time: TIME,
    level: 'info',
    service: 'web-api',
    version: '1.8.0',
    instance: 'web-api-1a2b3c4d',
    line: 7,
    msg: 'said',
    ...more,
  });

export interface Mapped {
  readonly events: Json[];
  /** What the flat files hold of the same rows; columns without a value are left out. */
  readonly flat: Json[];
  readonly rejected: readonly Rejected[];
  readonly outside: number;
}

/** An OTLP request through reader and mapper. */
export function mapped(
  signal: Signal,
  request: Json,
  window = { start_ms: TIME - 1000, end_ms: TIME + 1000 },
): Mapped {
  const bytes = otlpJsonToProtobuf({ json: JSON.stringify(request), signal });
  const { rows, rejected, outside } = mapObject({
    bytes,
    signal,
    window,
    rows: new Rows({ capacity: 4 }),
  });
  const events = Array.from({ length: rows.length }, (_, row) => eventOf(rows, row));
  return { events, flat: flatRowsOf(rows), rejected, outside };
}
