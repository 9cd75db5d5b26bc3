/** The roles of the stack: one a kind of task or function. */
export const ROLE_NAMES = [
  'execution',
  'service-task',
  'collector-task',
  'converter-function',
  'seal-task',
  'control-task',
  'load-task',
] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** What the policies speak of, as resolved strings: ARNs, unless said otherwise. */
export interface Arns {
  /** Twelve digits. */
  readonly accountId: string;
  /** `us-east-1` */
  readonly region: string;
  /** `aws`; others in China and for governments. */
  readonly partition: string;
  readonly rawBucket: string;
  readonly datasetsBucket: string;
  /** KMS key of buckets, secrets, images and logs. */
  readonly dataKey: string;
  readonly secrets: readonly string[];
  readonly cluster: string;
  /** Pattern: `arn:aws:ecs:us-east-1:123456789012:service/storefront/*` */
  readonly services: string;
  /** Pattern: `arn:aws:ecs:us-east-1:123456789012:task-definition/storefront-*` */
  readonly taskDefinitions: string;
  readonly converterQueue: string;
  readonly deadQueue: string;
  readonly taskEventsQueue: string;
  /** Pattern, without `:*` at its end: `arn:aws:logs:us-east-1:123456789012:log-group:/storefront/*` */
  readonly logGroups: string;
  readonly repositories: readonly string[];
  /** Roles that tasks which `control` registers or starts may have. */
  readonly passRoles: readonly string[];
}

/** Objects of a bucket below any of some prefixes. */
export const objectsOf = (bucket: string, ...prefixes: readonly string[]): string[] =>
  prefixes.map((prefix) => `${bucket}/${prefix}*`);
