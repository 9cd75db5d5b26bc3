/** A series of the metrics, by name and the labels that it must have. */
export interface SeriesOf {
  readonly metric: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Default 1; -1 takes it away. */
  readonly sign?: 1 | -1;
}

/** A figure that says how full, or how busy, something is. */
export interface Indicator {
  readonly role: 'saturation' | 'more' | 'rate' | 'errors';
  readonly title: string;
  /** At its line, beside others. */
  readonly name?: string;
  /** `%`: of a limit that is known. */
  readonly unit: '%' | 'ms' | 'MB' | '/s' | '';
  /** `rate`: of counters, a second. */
  readonly as: 'value' | 'rate';
  readonly of: readonly SeriesOf[];
  /** What it is a share of. */
  readonly limit?: readonly SeriesOf[];
  readonly factor?: number;
}

const pool = (state: string): SeriesOf => ({ metric: 'db_pool_connections', labels: { state } });
const redisCpu = (state: string): SeriesOf => ({ metric: 'redis.cpu.time', labels: { state } });
const transactions: SeriesOf[] = [{ metric: 'postgresql.commits' }, { metric: 'postgresql.rollbacks' }];

/** What is shown of the metrics, where they are there. */
export const INDICATORS: readonly Indicator[] = [
  {
    ...{ role: 'saturation', title: 'CPU of one core', name: 'CPU', unit: '%', as: 'rate', factor: 100 },
    of: [{ metric: 'process_cpu_seconds_total' }],
  },
  {
    ...{ role: 'saturation', title: 'DB pool in use', name: 'pool', unit: '%', as: 'value', factor: 100 },
    ...{ of: [pool('total'), { ...pool('idle'), sign: -1 }], limit: [pool('max')] },
  },
  {
    ...{ role: 'saturation', title: 'CPU of one core', unit: '%', as: 'rate', factor: 100 },
    of: [redisCpu('user'), redisCpu('sys')],
  },
  {
    ...{ role: 'saturation', title: 'connections', unit: '%', as: 'value', factor: 100 },
    ...{ of: [{ metric: 'postgresql.backends' }], limit: [{ metric: 'postgresql.connection.max' }] },
  },
  { role: 'rate', title: 'transactions', unit: '/s', as: 'rate', of: transactions },
  { role: 'rate', title: 'commands', unit: '/s', as: 'rate', of: [{ metric: 'redis.commands.processed' }] },
  {
    ...{ role: 'errors', title: 'transactions rolled back', unit: '%', as: 'rate', factor: 100 },
    ...{ of: [{ metric: 'postgresql.rollbacks' }], limit: transactions },
  },
  {
    ...{ role: 'more', title: 'event loop lag, p99', unit: 'ms', as: 'value', factor: 1000 },
    of: [{ metric: 'nodejs_eventloop_lag_p99_seconds' }],
  },
  {
    ...{ role: 'more', title: 'heap used', unit: 'MB', as: 'value', factor: 1e-6 },
    of: [{ metric: 'nodejs_heap_size_used_bytes' }],
  },
  {
    role: 'more',
    title: 'requests in flight',
    unit: '',
    as: 'value',
    of: [{ metric: 'http_requests_in_flight' }],
  },
  { role: 'more', title: 'waiting for the DB pool', unit: '', as: 'value', of: [pool('waiting')] },
  {
    ...{ role: 'more', title: 'jobs waiting', unit: '', as: 'value' },
    of: [{ metric: 'payment_queue_jobs', labels: { state: 'waiting' } }],
  },
  {
    ...{ role: 'more', title: 'memory used', unit: 'MB', as: 'value', factor: 1e-6 },
    of: [{ metric: 'redis.memory.used' }],
  },
  {
    ...{ role: 'more', title: 'sequential scans', unit: '/s', as: 'rate' },
    of: [{ metric: 'postgresql.sequential_scans' }],
  },
];
