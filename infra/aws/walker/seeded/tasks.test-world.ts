import { CONTAINER } from './good.test-world.ts';
import type { Seeds } from './seed.test-world.ts';

const container = (changes: object) => ({
  containerDefinitions: JSON.stringify([{ ...CONTAINER, ...changes }]),
});
const task = (changes: object, ...finds: string[]) => ({
  ...{ kind: 'TaskDefinition', inputs: container(changes), finds },
});
const variable = (name: string, value: string) => ({ environment: [{ name, value }] });

export const TASK_SEEDS: Seeds = {
  'a container that can write its root': task(
    { readonlyRootFilesystem: false },
    'task-read-only: web-api has a root file system',
  ),
  'a container of root': task({ user: 'root' }, 'task-non-root: web-api runs as root'),
  'a container of user 0 and a group': task({ user: '0:1000' }, 'task-non-root: web-api runs as root'),
  'a container of nobody in particular': task({ user: undefined }, 'task-non-root: web-api runs as root'),
  'a privileged container': task({ privileged: true }, 'task-non-root: web-api is privileged'),
  'a container with capabilities': task(
    { linuxParameters: { capabilities: { add: ['SYS_PTRACE'] } } },
    'task-non-root: web-api has capabilities',
  ),
  'a token in clear': task(variable('METRICS_TOKEN', 'x'), 'task-no-plain-secret: web-api has METRICS_TOKEN'),
  'a password within an address': task(
    variable('DATABASE_URL', 'postgres://storefront:x@postgres:5432/storefront'),
    'task-no-plain-secret: web-api has DATABASE_URL',
  ),
  'a container that nobody hears': task({ logConfiguration: undefined }, 'task-logs: web-api has no log'),
  'an image of today': task(
    { image: 'registry/web-api:latest' },
    'task-pinned: web-api runs registry/web-api:latest',
  ),
  'an image without tag': task({ image: 'registry:5000/web-api' }, 'task-pinned'),
  'a task without role': {
    kind: 'TaskDefinition',
    inputs: { taskRoleArn: undefined },
    finds: ['task-roles: has no role'],
  },
  'a task with the role of ECS': {
    kind: 'TaskDefinition',
    inputs: { taskRoleArn: 'arn:aws:iam::123456789012:role/storefront-execution' },
    finds: ['task-roles: may do what ECS may do for it'],
  },
  'a shell in a task': { kind: 'Service', inputs: { enableExecuteCommand: true }, finds: ['no-shell'] },
  'an old runtime': {
    kind: 'Function',
    inputs: { runtime: 'nodejs18.x' },
    finds: ['function-runtime: runs on nodejs18.x'],
  },
  'a function with a log group of its own making': {
    kind: 'Function',
    inputs: { loggingConfig: undefined },
    finds: ['function-logs'],
  },
  'a function with a secret in clear': {
    kind: 'Function',
    inputs: { environment: { variables: { AWS_SECRET_ACCESS_KEY: 'x', FAULTLINE_RAW: 's3://raw' } } },
    finds: ['function-no-plain-secret: has AWS_SECRET_ACCESS_KEY in clear'],
  },
  'a function that any bucket may invoke': {
    kind: 'Permission',
    inputs: { sourceArn: undefined },
    finds: ['function-invoked-by'],
  },
};
