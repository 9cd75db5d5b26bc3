/** A difference between a container on Docker and the same one on Fargate that is meant, and then must be there. */
export interface Allowed {
  readonly fields: RegExp;
  /** What must be on AWS, given what is on Docker; undefined: the field is not set. */
  readonly holds: (docker: string | undefined, aws: string | undefined) => boolean;
  readonly why: string;
  /** Of some components it is the same. */
  readonly mayBeSame?: true;
}

const isNot = (_: string | undefined, aws: string | undefined) => aws === undefined;
const is =
  (expectedOnDocker: string | undefined, expected: string) =>
  (docker: string | undefined, aws: string | undefined): boolean =>
    docker === expectedOnDocker && aws === expected;

/** `//collector:4318` → `//collector.storefront.internal:4318` */
const inDomain = (docker = ''): string => docker.replace(/\/\/([\w-]+):/, '//$1.storefront.internal:');

/** A managed server's name, by that of its container. */
const managed = (name: string): string => `storefront-${name}.example.eu-central-1.amazonaws.com`;
const atManaged = (docker = ''): string =>
  docker.replace(
    /(^|@)(postgres|cache|queue):(?=\d)/,
    (_, before: string, name: string) => `${before}${managed(name)}:`,
  );

/** All that may differ, and why. What is not here must be the same. */
export const ALLOWED: readonly Allowed[] = [
  {
    fields: /^env (AUTH_URL|OTEL_EXPORTER_OTLP_ENDPOINT|REMOTE_WRITE_ENDPOINT)$/,
    holds: (docker, aws) => aws === inDomain(docker),
    why: 'names are in the private domain of the network',
  },
  {
    fields: /^env DATABASE_URL$/,
    holds: (docker, aws) => aws === `${atManaged(docker)}?sslmode=no-verify`,
    why: 'RDS, by its own name and over TLS; its authority is none of those that Node.js knows, so who answers is not checked',
  },
  {
    fields: /^env (CACHE_URL|SESSIONS_URL|QUEUE_URL)$/,
    holds: (docker, aws) => aws === atManaged(docker).replace('redis:', 'rediss:'),
    why: 'ElastiCache, by its own name and over TLS',
  },
  {
    fields: /^env (POSTGRES|CACHE|QUEUE)_ENDPOINT$/,
    holds: (docker, aws) => aws === atManaged(docker),
    why: 'managed servers, by their own names',
  },
  {
    fields: /^env S3_ENDPOINT$/,
    holds: is('http://s3:9000', 'https://s3.eu-central-1.amazonaws.com'),
    why: 'S3 itself',
  },
  {
    fields: /^env S3_BUCKET$/,
    holds: is('raw', 'storefront-raw-123456789012-eu-central-1'),
    why: 'names of buckets are those of the whole world',
  },
  {
    fields: /^env S3_(FORCE_PATH_STYLE|DISABLE_SSL)$/,
    holds: is('true', 'false'),
    why: 'S3 itself, over TLS and by the bucket’s own name',
  },
  { fields: /^env AWS_REGION$/, holds: is('us-east-1', 'eu-central-1'), why: 'the region of the stack' },
  {
    fields: /^env AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY)$/,
    holds: isNot,
    why: 'the role of the task has rights of its own, and no keys',
  },
  {
    fields: /^env DEPLOYMENT_ENVIRONMENT$/,
    holds: is('local', 'aws'),
    why: '`deployment.environment.name` of the telemetry',
  },
  {
    fields: /^command$/,
    holds: (docker, aws) => aws === `${docker} --config /etc/otelcol/managed-stores.yaml`,
    why: 'managed servers are spoken to over TLS',
    mayBeSame: true,
  },
  {
    fields: /^health$/,
    holds: (docker, aws) =>
      aws === docker?.replace('[ "$code" = 200 ]', '{ [ "$code" = 200 ] || [ "$code" = 503 ]; }'),
    why: 'ECS replaces what is not well, Docker only says so: a service whose store is away (503) is left to it',
    mayBeSame: true,
  },
  {
    fields: /^health, retries$/,
    holds: is('5', '10'),
    why: 'likewise: one that is overloaded is left to it for as long as ECS lets one',
    mayBeSame: true,
  },
  { fields: /^health, every$/, holds: is('3s', '5s'), why: 'ECS asks no oftener than every 5 s' },
  {
    fields: /^processes$/,
    holds: isNot,
    why: 'Fargate has no limit of processes; each task has a machine of its own',
  },
  { fields: /^memory and swap, MiB$/, holds: isNot, why: 'Fargate has no swap' },
  {
    fields: /^no new privileges$/,
    holds: isNot,
    why: 'Fargate takes no security options; without capabilities and as another user than root there are none to gain',
  },
  {
    fields: /^restart$/,
    holds: (docker, aws) => docker === 'unless-stopped' && aws !== undefined && aws !== 'no',
    why: 'ECS replaces a task that ends; the collector, whose queue is on its task’s disk, is started again in it',
    mayBeSame: true,
  },
  { fields: /^host name$/, holds: isNot, why: 'a task’s host name is that of its address' },
  {
    fields: /^name servers$/,
    holds: isNot,
    why: 'Fargate takes none; the names that the collector asks for do not go away with a container',
  },
  {
    fields: /^volume is kept$/,
    holds: is('as long as the stack', 'as long as the task'),
    why: 'a task’s disk goes with it: a collector that is replaced leaves what it had not sent',
  },
  {
    fields: /^logs$/,
    holds: is('files of the engine', 'log group'),
    why: 'what observes is not observed',
    mayBeSame: true,
  },
];
