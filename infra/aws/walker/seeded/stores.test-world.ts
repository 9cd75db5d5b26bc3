import type { Seeds } from './seed.test-world.ts';

export const STORE_SEEDS: Seeds = {
  'a public database': {
    kind: 'Instance',
    inputs: { publiclyAccessible: true },
    finds: ['database-private: may be reached from outside'],
  },
  'a database in clear': {
    kind: 'Instance',
    inputs: { storageEncrypted: false },
    finds: ['database-private: is not encrypted'],
  },
  'a database under a key of AWS': {
    kind: 'Instance',
    inputs: { kmsKeyId: undefined },
    finds: ['database-private: is not encrypted with a key of the account'],
  },
  'a database whose password is in clear': {
    kind: 'Instance',
    also: { secret: [] },
    inputs: {},
    finds: ['database-private: its password is in clear in the state'],
  },
  'a cache in clear on disk': {
    kind: 'ReplicationGroup',
    inputs: { atRestEncryptionEnabled: false },
    finds: ['cache-encrypted: is not encrypted on disk'],
  },
  'a cache under a key of AWS': {
    kind: 'ReplicationGroup',
    inputs: { kmsKeyId: undefined },
    finds: ['cache-encrypted: is not encrypted with a key'],
  },
  'a cache in clear on the wire': {
    kind: 'ReplicationGroup',
    inputs: { transitEncryptionEnabled: false },
    finds: ['cache-encrypted: speaks in clear'],
  },
  'a cache for everybody': {
    kind: 'ReplicationGroup',
    inputs: { authToken: undefined },
    finds: ['cache-encrypted: asks for no password'],
  },
  'a cache whose password is in clear': {
    kind: 'ReplicationGroup',
    also: { secret: [] },
    inputs: {},
    finds: ['cache-encrypted: its password is in clear in the state'],
  },
  'a cache of the kind that cannot be encrypted': {
    kind: 'Queue',
    also: { type: 'aws:elasticache/cluster:Cluster' },
    inputs: {},
    finds: ['cache-encryptable'],
  },
  'a queue in clear': {
    kind: 'Queue',
    inputs: { sqsManagedSseEnabled: false },
    finds: ['queue-encrypted: is not encrypted'],
  },
  'a queue without policy': { kind: 'QueuePolicy', finds: ['queue-encrypted: has no policy'] },
  'logs for ever': {
    kind: 'LogGroup',
    inputs: { retentionInDays: undefined },
    finds: ['logs-kept: keeps its lines for ever'],
  },
  'logs under a key of AWS': {
    kind: 'LogGroup',
    inputs: { kmsKeyId: undefined },
    finds: ['logs-kept: is not encrypted'],
  },
  'images that nobody scans': {
    kind: 'Repository',
    inputs: { imageScanningConfiguration: { scanOnPush: false } },
    finds: ['images-scanned: does not scan'],
  },
  'tags that are given again': {
    kind: 'Repository',
    inputs: { imageTagMutability: 'MUTABLE' },
    finds: ['images-scanned: lets a tag be given again'],
  },
  'a secret under a key of AWS': {
    kind: 'Secret',
    inputs: { kmsKeyId: undefined },
    finds: ['secret-encrypted'],
  },
  'a secret in clear in the state': {
    kind: 'SecretVersion',
    also: { secret: [] },
    inputs: {},
    finds: ['secret-encrypted: its value is in clear'],
  },
  'a key that stays the same': {
    kind: 'Key',
    inputs: { enableKeyRotation: false },
    finds: ['key-rotated: is never'],
  },
  'a key without policy': {
    kind: 'Key',
    inputs: { policy: undefined },
    finds: ['key-rotated: has no policy'],
  },
};
