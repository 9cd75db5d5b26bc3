import { errors } from '../errors.ts';

export type MetricType = 'counter' | 'gauge' | 'rate' | 'trend';

/** What a metric is; `contains` says how values are shown: `time` in milliseconds, `data` in bytes. */
export interface MetricDefinition {
  name: string;
  type: MetricType;
  contains: 'default' | 'time' | 'data';
}

/** Milliseconds between an iteration's intended and actual start. Not a metric of k6. */
export const START_LAG = 'iteration_start_lag';

const list: [string, MetricType, MetricDefinition['contains']][] = [
  ['vus', 'gauge', 'default'],
  ['vus_max', 'gauge', 'default'],
  ['iterations', 'counter', 'default'],
  ['iteration_duration', 'trend', 'time'],
  ['dropped_iterations', 'counter', 'default'],
  ['checks', 'rate', 'default'],
  ['http_reqs', 'counter', 'default'],
  ['http_req_failed', 'rate', 'default'],
  ['http_req_duration', 'trend', 'time'],
  ['http_req_blocked', 'trend', 'time'],
  ['http_req_connecting', 'trend', 'time'],
  ['http_req_tls_handshaking', 'trend', 'time'],
  ['http_req_sending', 'trend', 'time'],
  ['http_req_waiting', 'trend', 'time'],
  ['http_req_receiving', 'trend', 'time'],
  ['data_sent', 'counter', 'data'],
  ['data_received', 'counter', 'data'],
  [START_LAG, 'trend', 'time'],
];

export const BUILT_IN: readonly MetricDefinition[] = list.map(([name, type, contains]) => ({
  name,
  type,
  contains,
}));

/** Metrics that scripts declare while they load; one script a process, so one list. */
const declared = new Map<string, MetricDefinition>();

/** Declares a custom metric; the same declaration twice is one metric, as in k6. */
export function declareMetric(definition: MetricDefinition): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(definition.name))
    throw errors.invalidMetricName(definition.name);
  const known = declared.get(definition.name) ?? BUILT_IN.find((builtIn) => builtIn.name === definition.name);
  if (known && (known.type !== definition.type || known.contains !== definition.contains)) {
    throw errors.metricRedefined(definition.name, known.type, definition.type);
  }
  declared.set(definition.name, definition);
}

/** All metrics that a sample may belong to. */
export function knownMetrics(): MetricDefinition[] {
  return [
    ...BUILT_IN,
    ...[...declared.values()].filter(({ name }) => !BUILT_IN.some((b) => b.name === name)),
  ];
}
