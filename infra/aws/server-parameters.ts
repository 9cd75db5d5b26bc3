/**
 * What the topology sets on its servers, in the terms of a managed one. Both say which settings a managed server does not take,
 * and why: an unknown one is an error, so that none is left out unseen.
 */
export interface Parameter {
  readonly name: string;
  readonly value: string;
}

export interface RdsParameter extends Parameter {
  /** A static one is taken at the next start; a new server has it from its first. */
  readonly applyMethod: 'immediate' | 'pending-reboot';
}

type Settings = Readonly<Record<string, string>>;

/** PostgreSQL's units, in the unit in which RDS takes the number. */
const KB = { kB: 1, MB: 1024, GB: 1024 ** 2 } as const;
const inKb = (value: string): number => sized(value, KB);
const inMs = (value: string): number => sized(value, { ms: 1, s: 1000, min: 60_000 });

function sized(value: string, units: Readonly<Record<string, number>>): number {
  const [, number, unit = ''] = /^(\d+)([a-zA-Z]+)$/.exec(value) ?? [];
  const factor = units[unit];
  if (number === undefined || factor === undefined)
    throw new RangeError(`${value} must be a number with one of ${Object.keys(units).join(', ')}`);
  return Number(number) * factor;
}

const plain = (value: string) => value;
const pages = (value: string) => String(inKb(value) / 8);
const kilobytes = (value: string) => String(inKb(value));
const megabytes = (value: string) => String(inKb(value) / 1024);
const milliseconds = (value: string) => String(inMs(value));
const bit = (value: string) => (value === 'on' ? '1' : '0');

/** How RDS takes each: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Parameters.html */
const RDS: Readonly<Record<string, (value: string) => string>> = {
  shared_buffers: pages,
  effective_cache_size: pages,
  work_mem: kilobytes,
  maintenance_work_mem: kilobytes,
  max_wal_size: megabytes,
  max_connections: plain,
  max_parallel_workers: plain,
  max_worker_processes: plain,
  password_encryption: plain,
  shared_preload_libraries: plain,
  track_io_timing: bit,
  timezone: plain,
  log_min_duration_statement: milliseconds,
  log_lock_waits: bit,
  deadlock_timeout: milliseconds,
  log_parameter_max_length: plain,
  log_parameter_max_length_on_error: plain,
};

const STATIC = ['shared_buffers', 'max_connections', 'max_worker_processes', 'shared_preload_libraries'];

/** What a parameter group of RDS does not take, and why. */
export const NOT_IN_RDS: Readonly<Record<string, string>> = {
  log_line_prefix: 'RDS has its own, %t:%r:%u@%d:[%p]:, and its lines are not read by the collector',
  log_timezone: 'RDS writes its log in UTC',
};

/** What ElastiCache does not take, and why. */
export const NOT_IN_ELASTICACHE: Readonly<Record<string, string>> = {
  requirepass: 'the authentication token of the replication group',
  databases: 'ElastiCache has 16',
  maxmemory: 'that of the node type, less what is reserved',
  appendonly: 'ElastiCache keeps no append-only file: a queue does not outlive the loss of its node',
  appendfsync: 'ElastiCache keeps no append-only file',
  save: 'snapshots are switched off by their retention of 0 days',
};

const ELASTICACHE = ['maxmemory-policy'];

/** @throws TypeError for a setting that is neither taken nor listed as one that cannot be */
export const rdsParameters = (settings: Settings): RdsParameter[] => [
  ...taken(settings, NOT_IN_RDS).map(([name, value]): RdsParameter => {
    const as = RDS[name];
    if (as === undefined) throw unknown(name);
    return { name, value: as(value), applyMethod: STATIC.includes(name) ? 'pending-reboot' : 'immediate' };
  }),
  { name: 'rds.force_ssl', value: '1', applyMethod: 'immediate' },
];

/** @throws TypeError for a setting that is neither taken nor listed as one that cannot be */
export const elasticacheParameters = (settings: Settings): Parameter[] =>
  taken(settings, NOT_IN_ELASTICACHE).map(([name, value]) => {
    if (!ELASTICACHE.includes(name)) throw unknown(name);
    return { name, value };
  });

const taken = (settings: Settings, left: Settings) =>
  Object.entries(settings).filter(([name]) => !Object.hasOwn(left, name));

const unknown = (name: string) =>
  new TypeError(
    `${name} is set by the topology: say in infra/aws/server-parameters.ts how a managed server takes it`,
  );
