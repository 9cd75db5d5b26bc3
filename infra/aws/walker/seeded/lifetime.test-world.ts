import type { Seeds } from './seed.test-world.ts';

const ends = (kind: string, inputs: object, why: string) => ({
  ...{ kind, inputs: { ...inputs }, finds: [`ends-with-the-stack: ${why}`] },
});

export const LIFETIME_SEEDS: Seeds = {
  'no owner': {
    kind: 'aws',
    inputs: { defaultTags: JSON.stringify({ tags: { 'storefront:run': 'aws' } }) },
    finds: ['tagged: does not put storefront:owner'],
  },
  'no tags at all': { kind: 'aws', inputs: { defaultTags: undefined }, finds: ['tagged'] },
  'tasks without tags': { kind: 'Service', inputs: { propagateTags: undefined }, finds: ['tasks-tagged'] },
  'a resource of another provider': {
    kind: 'LogGroup',
    inputs: {},
    also: { provider: 'urn:pulumi:aws::faultline::pulumi:providers:aws::default_7_48_0::id' },
    finds: ['made-by-the-tagged-provider'],
  },
  'a protected bucket': {
    kind: 'Bucket',
    inputs: {},
    also: { protect: true },
    finds: ['named-by-protect: is protected'],
  },
  'a retained database': {
    kind: 'Instance',
    inputs: {},
    also: { retainOnDelete: true },
    finds: ['named-by-protect: is retained'],
  },
  'a bucket that stays': ends('Bucket', { forceDestroy: false }, 'is not removed while objects'),
  'a repository that stays': ends('Repository', { forceDelete: undefined }, 'is not removed while images'),
  'a last snapshot': ends('Instance', { skipFinalSnapshot: false }, 'leaves a snapshot'),
  'a database that cannot be removed': ends('Instance', { deletionProtection: true }, 'cannot be removed'),
  'backups that stay': ends('Instance', { deleteAutomatedBackups: false }, 'leaves its backups'),
  'a last snapshot of a cache': ends(
    'ReplicationGroup',
    { finalSnapshotIdentifier: 'last' },
    'leaves a snapshot',
  ),
  'a secret that waits': ends('Secret', { recoveryWindowInDays: 30 }, 'stays for days'),
  'logs that stay': ends('LogGroup', { skipDestroy: true }, 'is left'),
  'revisions that stay': ends('TaskDefinition', { skipDestroy: true }, 'is left'),
  'a load balancer that cannot be removed': ends(
    'LoadBalancer',
    { enableDeletionProtection: true },
    'cannot be',
  ),
};
