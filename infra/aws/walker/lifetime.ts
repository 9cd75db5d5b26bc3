import { at, type Resource, type Rule, unless, type Walk } from './resource.ts';

/** Tags by which what a stack has made is found, and who pays for it. */
export const TAGS = ['storefront:run', 'storefront:owner'] as const;

const PROVIDER = 'pulumi:providers:aws';
const tagsOf = (inputs: Resource['inputs']): Record<string, unknown> => {
  // A provider's inputs that are no text go over the wire as JSON.
  const given = inputs.defaultTags;
  const parsed = typeof given === 'string' ? (JSON.parse(given) as unknown) : given;
  return (at(parsed, 'tags') ?? {}) as Record<string, unknown>;
};

const isKept = ({ name }: Resource, { protect }: Walk): boolean => protect.includes(name);

/** What must be said of a resource so that its end is an end. */
interface End {
  readonly type: string;
  readonly input: string;
  readonly is: unknown;
  readonly otherwise: string;
}

const ENDS: readonly End[] = [
  {
    type: 'aws:s3/bucket:Bucket',
    input: 'forceDestroy',
    is: true,
    otherwise: 'is not removed while objects are in it',
  },
  {
    type: 'aws:ecr/repository:Repository',
    input: 'forceDelete',
    is: true,
    otherwise: 'is not removed while images are in it',
  },
  { type: 'aws:rds/instance:Instance', input: 'skipFinalSnapshot', is: true, otherwise: 'leaves a snapshot' },
  {
    type: 'aws:rds/instance:Instance',
    input: 'deletionProtection',
    is: false,
    otherwise: 'cannot be removed',
  },
  {
    type: 'aws:rds/instance:Instance',
    input: 'deleteAutomatedBackups',
    is: true,
    otherwise: 'leaves its backups',
  },
  {
    type: 'aws:elasticache/replicationGroup:ReplicationGroup',
    input: 'finalSnapshotIdentifier',
    is: undefined,
    otherwise: 'leaves a snapshot',
  },
  {
    type: 'aws:secretsmanager/secret:Secret',
    input: 'recoveryWindowInDays',
    is: 0,
    otherwise: 'stays for days, and so does its name',
  },
  {
    type: 'aws:cloudwatch/logGroup:LogGroup',
    input: 'skipDestroy',
    is: false,
    otherwise: 'is left where it is',
  },
  {
    type: 'aws:ecs/taskDefinition:TaskDefinition',
    input: 'skipDestroy',
    is: false,
    otherwise: 'is left where it is',
  },
  {
    type: 'aws:lb/loadBalancer:LoadBalancer',
    input: 'enableDeletionProtection',
    is: false,
    otherwise: 'cannot be removed',
  },
];
/** What AWS takes where nothing is said. */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  deleteAutomatedBackups: true,
  deletionProtection: false,
  enableDeletionProtection: false,
  skipDestroy: false,
};

export const LIFETIME_RULES: readonly Rule[] = [
  {
    name: 'tagged',
    must: `the provider puts ${TAGS.join(' and ')} on everything`,
    types: [PROVIDER],
    wrong: ({ inputs }) => {
      const tags = tagsOf(inputs);
      const missing = TAGS.filter((tag) => !tags[tag]);
      return unless(missing.length === 0, `does not put ${missing.join(', ')} on what it makes`);
    },
  },
  {
    name: 'tasks-tagged',
    must: 'tasks take over the tags of their service, since default tags do not reach them',
    types: ['aws:ecs/service:Service'],
    wrong: ({ inputs }) =>
      unless(
        ['SERVICE', 'TASK_DEFINITION'].includes(String(inputs.propagateTags)),
        'its tasks have no tags, and cost without a name',
      ),
  },
  {
    name: 'ends-with-the-stack',
    must: 'what is not named by `protect` is gone when the stack is',
    types: [...new Set(ENDS.map(({ type }) => type))],
    wrong: (resource, walk) =>
      isKept(resource, walk)
        ? []
        : ENDS.filter(({ type }) => type === resource.type).flatMap(({ input, is, otherwise }) =>
            unless((resource.inputs[input] ?? DEFAULTS[input]) === is, otherwise),
          ),
  },
];

/** Rules of a program's options, which any resource may have. */
export const ANY_RULES: readonly Omit<Rule, 'types'>[] = [
  {
    name: 'named-by-protect',
    must: 'nothing is protected or retained that `protect` does not name',
    wrong: (resource, walk) =>
      unless(
        isKept(resource, walk) || !(resource.protect || resource.retainOnDelete),
        `is ${resource.protect ? 'protected' : 'retained'} and not named`,
      ),
  },
  {
    name: 'made-by-the-tagged-provider',
    must: 'every resource of AWS is made by a provider of the program, which has tags',
    wrong: (resource, { resources }) =>
      unless(
        !resource.type.startsWith('aws:') ||
          resource.provider === undefined ||
          resources.some(({ type, name }) => type === PROVIDER && resource.provider?.includes(`::${name}::`)),
        'is made by a provider without tags',
      ),
  },
];
