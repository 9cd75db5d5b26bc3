import { at, belongingTo, type Resource, type Rule, unless } from './resource.ts';

const isSet = ({ inputs }: Resource, input: string): boolean => Boolean(inputs[input]);

export const STORE_RULES: readonly Rule[] = [
  {
    name: 'database-private',
    must: 'the database has no public address, is encrypted with the key of the stack, and its password is a secret',
    types: ['aws:rds/instance:Instance'],
    wrong: (database) => [
      ...unless(database.inputs.publiclyAccessible === false, 'may be reached from outside'),
      ...unless(database.inputs.storageEncrypted === true, 'is not encrypted'),
      ...unless(isSet(database, 'kmsKeyId'), 'is not encrypted with a key of the account'),
      ...unless(
        !isSet(database, 'password') || (database.secret ?? []).includes('password'),
        'its password is in clear in the state',
      ),
    ],
  },
  {
    name: 'cache-encrypted',
    must: 'a cache is encrypted on disk and on the wire, and asks for a password, which is a secret',
    types: ['aws:elasticache/replicationGroup:ReplicationGroup'],
    wrong: (cache) => [
      ...unless(cache.inputs.atRestEncryptionEnabled === true, 'is not encrypted on disk'),
      ...unless(isSet(cache, 'kmsKeyId'), 'is not encrypted with a key of the account'),
      ...unless(cache.inputs.transitEncryptionEnabled === true, 'speaks in clear'),
      ...unless(isSet(cache, 'authToken') || isSet(cache, 'userGroupIds'), 'asks for no password'),
      ...unless(
        !isSet(cache, 'authToken') || (cache.secret ?? []).includes('authToken'),
        'its password is in clear in the state',
      ),
    ],
  },
  {
    name: 'cache-encryptable',
    must: 'no cache of the kind that cannot be encrypted',
    types: ['aws:elasticache/cluster:Cluster'],
    wrong: () => ['is a cluster, which cannot ask for a password: needs a replication group'],
  },
  {
    name: 'queue-encrypted',
    must: 'a queue is encrypted, and has a policy that denies plain HTTP',
    types: ['aws:sqs/queue:Queue'],
    wrong: (queue, walk) => [
      ...unless(
        queue.inputs.sqsManagedSseEnabled === true || isSet(queue, 'kmsMasterKeyId'),
        'is not encrypted',
      ),
      ...unless(
        isSet(queue, 'policy') ||
          belongingTo(walk, 'aws:sqs/queuePolicy:QueuePolicy', 'queueUrl', queue).length > 0,
        'has no policy',
      ),
    ],
  },
  {
    name: 'logs-kept',
    must: 'a log group forgets after some time, and is encrypted with the key of the stack',
    types: ['aws:cloudwatch/logGroup:LogGroup'],
    wrong: (group) => [
      ...unless(Number(group.inputs.retentionInDays) > 0, 'keeps its lines for ever'),
      ...unless(isSet(group, 'kmsKeyId'), 'is not encrypted with a key of the account'),
    ],
  },
  {
    name: 'images-scanned',
    must: 'images are looked at for known weaknesses when they are pushed, and no tag is ever given again',
    types: ['aws:ecr/repository:Repository'],
    wrong: ({ inputs }) => [
      ...unless(
        at(inputs, 'imageScanningConfiguration', 'scanOnPush') === true,
        'does not scan what is pushed',
      ),
      ...unless(inputs.imageTagMutability === 'IMMUTABLE', 'lets a tag be given again'),
    ],
  },
  {
    name: 'secret-encrypted',
    must: 'a secret is encrypted with the key of the stack, and its value is secret in the state too',
    types: ['aws:secretsmanager/secret:Secret', 'aws:secretsmanager/secretVersion:SecretVersion'],
    wrong: (resource) =>
      resource.type.endsWith(':Secret')
        ? unless(isSet(resource, 'kmsKeyId'), 'is not encrypted with a key of the account')
        : unless((resource.secret ?? []).includes('secretString'), 'its value is in clear in the state'),
  },
  {
    name: 'key-rotated',
    must: 'a key is changed every year, and has a policy of its own',
    types: ['aws:kms/key:Key'],
    wrong: (key) => [
      ...unless(key.inputs.enableKeyRotation === true, 'is never changed'),
      ...unless(isSet(key, 'policy'), 'has no policy'),
    ],
  },
];
