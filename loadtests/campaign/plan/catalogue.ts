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
  /** Exact body for the control API. */
  readonly request: Readonly<Record<string, string | number | boolean>>;
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
  /** Routes to look at, as web-api names them: those that the fault slows, of a twin those of its fault. None: all. */
  readonly routes: readonly string[];
  /** Traffic beside the campaign's own: how many times as much, over the whole case or while it holds. */
  readonly load: { readonly factor: number; readonly over: 'case' | 'hold' } | null;
  /** How long it holds at time scale 1, and the least that its mechanism needs whatever the scale. */
  readonly hold: { readonly scale1: Range; readonly least: Range };
}

const MINUTE = 60;
const actor = 'release-manager';
const deployment = (from: string, to: string): Change => ({
  ...{ kind: 'deployment', name: `web-api ${to}`, service: 'web-api', from, to },
  request: { kind: 'deployment', service: 'web-api', release: to, actor },
});
const rollback = (from: string, to: string): Change => ({
  ...{ ...deployment(from, to), kind: 'rollback' },
  request: { kind: 'rollback', service: 'web-api', actor },
});
const flag = (name: string, from: 'on' | 'off', to: 'on' | 'off'): Change => ({
  ...{ kind: 'feature_flag', name, service: 'web-api', from, to },
  request: { kind: 'feature_flag', flag: name, value: to === 'on', actor },
});
const migration = (name: string, from: string, to: 'applied' | 'reverted'): Change => ({
  ...{ kind: 'migration', name, service: 'postgres', from, to },
  request: { kind: 'migration', migration: name, direction: to === 'applied' ? 'up' : 'down', actor },
});
const flush: Change = {
  ...{ kind: 'cache_flush', name: 'cache', service: 'cache', from: 'filled', to: '0 keys' },
  request: { kind: 'cache_flush', target: 'cache', actor },
};
const restart = (service: string): Change => ({
  ...{ kind: 'restart', name: service, service, from: 'running', to: 'running' },
  request: { kind: 'restart', service, actor },
});
const scaling = (from: number, to: number): Change => ({
  ...{ kind: 'scaling', name: 'payment-worker replicas', service: 'payment-worker' },
  ...{ from: String(from), to: String(to) },
  request: { kind: 'scaling', service: 'payment-worker', replicas: to, actor },
});

/** What each fault slows, and its twin might. */
const DATABASE_ROUTES = [
  ...['/api/users/:id', '/api/users', '/api/search', '/api/checkout', '/api/analytics'],
] as const;
const CACHED_ROUTES = ['/api/users/:id', '/api/search'] as const;
const LIST_ROUTES = ['/api/users'] as const;

/** How long benign changes hold. */
const BENIGN_HOLD = { scale1: [6 * MINUTE, 12 * MINUTE], least: [32, 36] } as const;

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
    routes: [],
    load: null,
    hold: { scale1: [30 * MINUTE, 50 * MINUTE], least: [65, 75] },
  },
  {
    name: '03-pool-exhaustion',
    title: 'a release whose error branch does not give its database connection back',
    truth: 'fault',
    kind: 'pool_exhaustion',
    twin: '07-sound-release',
    change: deployment('1.8.0', '1.8.2'),
    revert: rollback('1.8.2', '1.8.0'),
    indicator: {
      ...{ metric: 'db_pool_connections', service: 'web-api', labels: { state: 'waiting' } },
      ...{ as: 'value', moves: 'up' },
    },
    affected: ['web-api'],
    routes: DATABASE_ROUTES,
    load: null,
    hold: { scale1: [12 * MINUTE, 24 * MINUTE], least: [45, 55] },
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
      ...{ metric: 'cache_lookups_total', service: 'web-api', labels: { cache: 'popular', result: 'hit' } },
      ...{ as: 'share', moves: 'down' },
    },
    affected: ['web-api', 'postgres'],
    routes: CACHED_ROUTES,
    load: null,
    hold: { scale1: [6 * MINUTE, 10 * MINUTE], least: [25, 30] },
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
      ...{ metric: 'postgresql.sequential_scans', service: 'postgres' },
      labels: { 'postgresql.table.name': 'public.orders' },
      ...{ as: 'rate', moves: 'up' },
    },
    affected: ['web-api', 'postgres'],
    routes: LIST_ROUTES,
    load: null,
    hold: { scale1: [12 * MINUTE, 24 * MINUTE], least: [40, 45] },
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
    routes: [],
    load: null,
    hold: BENIGN_HOLD,
  },
  {
    name: '07-sound-release',
    title: 'a release that does the same and gives every connection back',
    truth: 'benign',
    kind: 'sound_release',
    twin: '03-pool-exhaustion',
    change: deployment('1.8.0', '1.8.3'),
    revert: rollback('1.8.3', '1.8.0'),
    indicator: null,
    affected: [],
    routes: DATABASE_ROUTES,
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
    routes: CACHED_ROUTES,
    load: { factor: 0.2, over: 'case' },
    hold: { scale1: [6 * MINUTE, 12 * MINUTE], least: [36, 40] },
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
    routes: LIST_ROUTES,
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
    routes: [],
    load: { factor: 3, over: 'hold' },
    hold: { scale1: [6 * MINUTE, 12 * MINUTE], least: [30, 36] },
  },
  {
    name: '11-restart',
    title: 'a service is started anew',
    truth: 'benign',
    kind: 'restart',
    twin: null,
    change: restart('auth-service'),
    revert: null,
    indicator: null,
    affected: [],
    routes: [],
    load: null,
    hold: BENIGN_HOLD,
  },
  {
    name: '12-scale-out',
    title: 'more workers for more orders',
    truth: 'benign',
    kind: 'scale_out',
    twin: null,
    change: scaling(1, 2),
    revert: scaling(2, 1),
    indicator: null,
    affected: [],
    routes: [],
    load: { factor: 1.5, over: 'hold' },
    hold: BENIGN_HOLD,
  },
  {
    name: '13-no-op-deploy',
    title: 'a release that changes nothing',
    truth: 'benign',
    kind: 'no_op_deploy',
    twin: null,
    change: deployment('1.8.0', '1.8.1'),
    revert: rollback('1.8.1', '1.8.0'),
    indicator: null,
    affected: [],
    routes: [],
    load: null,
    hold: BENIGN_HOLD,
  },
];

/** The scenario of a name. Throws a TypeError for a name that is none. */
export function scenarioOf(name: string): Scenario {
  const found = SCENARIOS.find((scenario) => scenario.name === name);
  if (!found) throw new TypeError(`not in the catalogue: ${name}`);
  return found;
}
