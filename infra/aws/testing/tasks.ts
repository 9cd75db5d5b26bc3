import type { ContainerDefinition } from '../container-definition.ts';
import type { MockedAwsStack } from './mocked-stack.ts';

/** All resources of a type, such as `ecs/service:Service`. */
export const ofType = ({ resources }: MockedAwsStack, type: string) =>
  resources.filter((resource) => resource.type === `aws:${type}`);

export const taskDefinitions = (stack: MockedAwsStack) => ofType(stack, 'ecs/taskDefinition:TaskDefinition');

/** Containers of the task of that name behind the prefix. */
export function containersIn(stack: MockedAwsStack, task: string): readonly ContainerDefinition[] {
  const found = taskDefinitions(stack).find(({ inputs }) => inputs.family === `storefront-${task}`);
  return found === undefined
    ? []
    : (JSON.parse(String(found.inputs.containerDefinitions)) as ContainerDefinition[]);
}

/** What a secret of that name behind the prefix holds. */
function secretTexts(stack: MockedAwsStack, what: string): Readonly<Record<string, string>> {
  const version = ofType(stack, 'secretsmanager/secretVersion:SecretVersion').find(
    ({ name }) => name === `storefront-${what}`,
  );
  if (version === undefined) throw new Error(`no secret is called ${what}`);
  return JSON.parse(String(version.inputs.secretString)) as Record<string, string>;
}

/** The secrets of the stack, by their names in the code. */
export const stackSecrets = (stack: MockedAwsStack) => secretTexts(stack, 'stack');

/** A container's secret variables, with the values that ECS would get for them. */
export const resolvedSecrets = (stack: MockedAwsStack, { secrets }: ContainerDefinition) =>
  secrets.map(({ name, valueFrom }) => {
    const [, what = '', key = ''] = /:secret:[^/]+\/([\w-]+)-\w{6}:([^:]+)::/.exec(valueFrom) ?? [];
    const value = secretTexts(stack, what)[key];
    if (value === undefined) throw new Error(`${valueFrom} leads to nothing`);
    return { name, value };
  });
