/**
 * Every scenario that a campaign can hold: the one place that knows which change is a fault and which is not. Scenario
 * scripts, ground truth, leak gate and documents are made from it. It has no imports, so that k6 can read it.
 */

/** Kinds of change as the control API and telemetry name them. */
export type ChangeKind =
  | 'deployment'
  | 'rollback'
  | 'restart'
  | 'scaling'
  | 'feature_flag'
  | 'migration'
  | 'cache_flush';

/** A change as everybody may see it: its name is a product's, and says nothing of what comes of it. */
export interface Change {
  readonly kind: ChangeKind;
  /** Name of the release, flag, migration, store or scaling. */
  readonly name: string;
  /** The service or store that changes. */
  readonly service: string;
  readonly from: string;
  readonly to: string;
}

/** What moves when the fault works: a metric as the dataset has it, and which way it goes. */
export interface Indicator {
  readonly metric: string;
  readonly service: string;
  /** Labels that a series must have. */
  readonly labels: Readonly<Record<string, string>>;
  /** How samples become a figure per 10 s: as they are, as a rate a second, or as these labels' share of all series. */
  readonly as: 'value' | 'rate' | 'share';
  readonly moves: 'up' | 'down';
}

/** From and to, in seconds; a plan draws in between. */
export type Range = readonly [from: number, to: number];

export interface Scenario {
  /** Name of its script in loadtests/scenarios, without `.ts`; the number is its place in reading order. */
  readonly name: string;
  /** One line for people. */
  readonly title: string;
  readonly truth: 'fault' | 'benign';
  /** What it is, for the ground truth alone. */
  readonly kind: string;
  /** Name of the benign scenario with the same kind of change (of a fault), or of the fault that it is like. */
  readonly twin: string | null;
  /** Null where nothing changes but the traffic. */
  readonly change: Change | null;
  /** What takes it back; null where there is nothing to take back. */
  readonly revert: Change | null;
  readonly indicator: Indicator | null;
  /** Services and stores that may show it. */
  readonly affected: readonly string[];
  /** Traffic beside the campaign's own: how many times as much, over the whole case or while it holds. */
  readonly load: { readonly factor: number; readonly over: 'case' | 'hold' } | null;
  /** How long it holds at time scale 1, and the least that its mechanism needs whatever the scale. */
  readonly hold: { readonly scale1: Range; readonly least: Range };
}

const MINUTE = 60;
const deployment = (from: string, to: string): Change => ({
  ...{ kind: 'deployment', name: `web-api ${to}`, service: 'web-api' },
  ...{ from, to },
});
const rollback = (from: string, to: string): Change => ({ ...deployment(from, to), kind: 'rollback' });
const flag = (name: string, from: 'on' | 'off', to: 'on' | 'off'): Change => ({
  ...{ kind: 'feature_flag', name, service: 'web-api' },
  ...{ from, to },
});
const migration = (name: string, from: string, to: string): Change => ({
  ...{ kind: 'migration', name, service: 'postgres' },
  ...{ from, to },
});
const flush: Change = {
  ...{ kind: 'cache_flush', name: 'cache', service: 'cache' },
  ...{ from: 'filled', to: '0 keys' },
};
const scaling = (from: string, to: string): Change => ({
  ...{ kind: 'scaling', name: 'payment-worker replicas', service: 'payment-worker' },
  ...{ from, to },
});

/** How long benign changes hold. */
const BENIGN_HOLD = { scale1: [6 * MINUTE, 12 * MINUTE], least: [30, 36] } as const;

/** In reading order, after 01-steady: faults first. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: '02-heap-leak',
    title: 'a flag turns on code that keeps the context of every request',
    truth: 'fault',
    kind: 'heap_leak',
    twin: '06-plain-flag',
    change: flag('recent_views_v2', 'off', 'on'),
    revert: flag('recent_views_v2', 'on', 'off'),
    indicator: {
      ...{ metric: 'nodejs_heap_size_used_bytes', service: 'web-api', labels: {} },
      ...{ as: 'value', moves: 'up' },
    },
    affected: ['web-api'],
    load: null,
    hold: { scale1: [30 * MINUTE, 60 * MINUTE], least: [60, 75] },
  },
  {
    name: '03-pool-exhaustion',
    title: 'a release whose error branch does not give its database connection back',
    truth: 'fault',
    kind: 'pool_exhaustion',
    twin: '07-no-op-deploy',
    change: deployment('1.8.0', '1.8.2'),
    revert: rollback('1.8.2', '1.8.0'),
    indicator: {
      ...{ metric: 'db_pool_connections', service: 'web-api', labels: { state: 'waiting' } },
      ...{ as: 'value', moves: 'up' },
    },
    affected: ['web-api'],
    load: null,
    hold: { scale1: [12 * MINUTE, 24 * MINUTE], least: [40, 50] },
  },
  {
    name: '04-cache-storm',
    title: 'the cache is emptied while hot keys are asked for, and every reader fills it',
    truth: 'fault',
    kind: 'cache_storm',
    twin: '08-quiet-flush',
    change: flush,
    revert: null,
    indicator: {
      ...{ metric: 'cache_lookups_total', service: 'web-api', labels: { cache: 'users', result: 'hit' } },
      ...{ as: 'share', moves: 'down' },
    },
    affected: ['web-api', 'postgres'],
    load: null,
    hold: { scale1: [6 * MINUTE, 10 * MINUTE], least: [40, 50] },
  },
  {
    name: '05-slow-query',
    title: 'a migration drops an index that a frequent query needs',
    truth: 'fault',
    kind: 'slow_query',
    twin: '09-new-index',
    change: migration('0007_orders_cleanup', 'pending', 'applied'),
    revert: migration('0007_orders_cleanup', 'applied', 'reverted'),
    indicator: {
      ...{ metric: 'postgresql.blocks_read', service: 'postgres' },
      labels: { 'postgresql.table.name': 'public.orders', source: 'heap_hit' },
      ...{ as: 'rate', moves: 'up' },
    },
    affected: ['web-api', 'postgres'],
    load: null,
    hold: { scale1: [12 * MINUTE, 24 * MINUTE], least: [40, 50] },
  },
  {
    name: '06-plain-flag',
    title: 'a flag turns on code without a defect',
    truth: 'benign',
    kind: 'flag_on',
    twin: '02-heap-leak',
    change: flag('recent_searches_v2', 'off', 'on'),
    revert: flag('recent_searches_v2', 'on', 'off'),
    indicator: null,
    affected: [],
    load: null,
    hold: BENIGN_HOLD,
  },
  {
    name: '07-no-op-deploy',
    title: 'a release that changes nothing',
    truth: 'benign',
    kind: 'no_op_deploy',
    twin: '03-pool-exhaustion',
    change: deployment('1.8.0', '1.8.1'),
    revert: rollback('1.8.1', '1.8.0'),
    indicator: null,
    affected: [],
    load: null,
    hold: BENIGN_HOLD,
  },
  {
    name: '08-quiet-flush',
    title: 'the cache is emptied at low traffic',
    truth: 'benign',
    kind: 'quiet_cache_flush',
    twin: '04-cache-storm',
    change: flush,
    revert: null,
    indicator: null,
    affected: [],
    load: { factor: 0.3, over: 'case' },
    hold: BENIGN_HOLD,
  },
  {
    name: '09-new-index',
    title: 'a migration makes an index',
    truth: 'benign',
    kind: 'index_creation',
    twin: '05-slow-query',
    change: migration('0006_orders_lookup', 'pending', 'applied'),
    revert: migration('0006_orders_lookup', 'applied', 'reverted'),
    indicator: null,
    affected: [],
    load: null,
    hold: BENIGN_HOLD,
  },
  {
    name: '10-surge',
    title: 'three times as many customers come',
    truth: 'benign',
    kind: 'surge',
    twin: null,
    change: null,
    revert: null,
    indicator: null,
    affected: [],
    load: { factor: 3, over: 'hold' },
    hold: BENIGN_HOLD,
  },
  {
    name: '11-restart',
    title: 'a service is started anew',
    truth: 'benign',
    kind: 'restart',
    twin: null,
    change: {
      ...{ kind: 'restart', name: 'auth-service', service: 'auth-service' },
      ...{ from: 'running', to: 'running' },
    },
    revert: null,
    indicator: null,
    affected: [],
    load: null,
    hold: BENIGN_HOLD,
  },
  {
    name: '12-scale-out',
    title: 'more workers for more orders',
    truth: 'benign',
    kind: 'scale_out',
    twin: null,
    change: scaling('1', '2'),
    revert: scaling('2', '1'),
    indicator: null,
    affected: [],
    load: { factor: 1.5, over: 'hold' },
    hold: BENIGN_HOLD,
  },
];

/** The scenario of a name. Throws a TypeError for a name that is none. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) throw new TypeError(`not in the catalogue: ${name}`);
  return found;
}
