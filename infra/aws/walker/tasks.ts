import { at, listOf, type Resource, type Rule, unless } from './resource.ts';

/**
 * Lambda's runtimes on a Node.js release with long-term support, looked up on 2026-11-27 among those that `@pulumi/aws` 7.48
 * knows (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
 */
export const LTS_RUNTIMES: readonly string[] = ['nodejs22.x', 'nodejs24.x'];

/** Names of variables that hold what nobody should read. */
const SECRET_NAME = /PASSWORD|SECRET|TOKEN|PRIVATE|ACCESS_KEY/;
/** `postgres://user:password@…` */
const SECRET_VALUE = /:\/\/[^/\s:@]*:[^/\s@]+@/;

const isSecret = (name: string, value: string): boolean =>
  (SECRET_NAME.test(name) && value !== '') || SECRET_VALUE.test(value);

interface Container {
  readonly name: string;
  readonly definition: unknown;
}

function containersOf({ inputs }: Resource): readonly Container[] {
  const text = inputs.containerDefinitions;
  const definitions = typeof text === 'string' ? (JSON.parse(text) as unknown[]) : listOf(text);
  return definitions.map((definition) => ({ name: String(at(definition, 'name')), definition }));
}

/** A rule for every container of every task. */
const container = (name: string, must: string, wrong: (definition: unknown) => readonly string[]): Rule => ({
  ...{ name, must, types: ['aws:ecs/taskDefinition:TaskDefinition'] },
  wrong: (task) =>
    containersOf(task).flatMap(({ name: of, definition }) => wrong(definition).map((why) => `${of} ${why}`)),
});

const ROOT = /^(root|0)?(:.*)?$/;

export const TASK_RULES: readonly Rule[] = [
  container('task-read-only', 'a container writes nothing into its own image', (definition) =>
    unless(at(definition, 'readonlyRootFilesystem') === true, 'has a root file system that it can write'),
  ),
  container('task-non-root', 'a container runs as a user without rights', (definition) => [
    ...unless(!ROOT.test(String(at(definition, 'user') ?? '')), 'runs as root'),
    ...unless(at(definition, 'privileged') !== true, 'is privileged'),
    ...unless(
      listOf(at(definition, 'linuxParameters', 'capabilities', 'add')).length === 0,
      'has capabilities',
    ),
  ]),
  container(
    'task-no-plain-secret',
    'no secret stands in a task definition: it names the secret',
    (definition) =>
      listOf(at(definition, 'environment'))
        .filter((variable) => isSecret(String(at(variable, 'name')), String(at(variable, 'value'))))
        .map((variable) => `has ${at(variable, 'name')} in clear`),
  ),
  container('task-logs', 'what a container writes is kept', (definition) =>
    unless(at(definition, 'logConfiguration', 'logDriver') !== undefined, 'has no log'),
  ),
  container('task-pinned', 'an image is named by digest or by a tag that is not given again', (definition) =>
    unless(
      /@sha256:|:(?!latest$)[\w.-]+$/.test(String(at(definition, 'image'))),
      `runs ${at(definition, 'image')}`,
    ),
  ),
  {
    name: 'task-roles',
    must: 'a task has a role of its own and one for ECS, and they are not the same',
    types: ['aws:ecs/taskDefinition:TaskDefinition'],
    wrong: ({ inputs: { taskRoleArn, executionRoleArn } }) => [
      ...unless(Boolean(taskRoleArn), 'has no role'),
      ...unless(Boolean(executionRoleArn), 'has no role for ECS'),
      ...unless(!taskRoleArn || taskRoleArn !== executionRoleArn, 'may do what ECS may do for it'),
    ],
  },
  {
    name: 'no-shell',
    must: 'nobody opens a shell in a task (ECS Exec)',
    types: ['aws:ecs/service:Service'],
    wrong: ({ inputs }) =>
      unless(inputs.enableExecuteCommand !== true, 'lets a shell be opened in its tasks'),
  },
  {
    name: 'function-runtime',
    must: `a function runs on a Node.js release with long-term support (${LTS_RUNTIMES.join(', ')})`,
    types: ['aws:lambda/function:Function'],
    wrong: ({ inputs: { runtime } }) => unless(LTS_RUNTIMES.includes(String(runtime)), `runs on ${runtime}`),
  },
  {
    name: 'function-logs',
    must: 'a function writes into a log group of the stack, not into one that Lambda makes and that keeps lines for ever',
    types: ['aws:lambda/function:Function'],
    wrong: ({ inputs }) =>
      unless(Boolean(at(inputs, 'loggingConfig', 'logGroup')), 'has no log group of its own'),
  },
  {
    name: 'function-no-plain-secret',
    must: 'no secret stands in the environment of a function',
    types: ['aws:lambda/function:Function'],
    wrong: ({ inputs }) =>
      Object.entries((at(inputs, 'environment', 'variables') ?? {}) as Record<string, string>)
        .filter(([name, value]) => isSecret(name, value))
        .map(([name]) => `has ${name} in clear`),
  },
  {
    name: 'function-invoked-by',
    must: 'a service may invoke a function for one of its resources or this account alone',
    types: ['aws:lambda/permission:Permission'],
    wrong: ({ inputs }) =>
      unless(
        inputs.principal !== '*' && Boolean(inputs.sourceArn || inputs.sourceAccount),
        `lets ${inputs.principal} invoke it for anybody`,
      ),
  },
];
