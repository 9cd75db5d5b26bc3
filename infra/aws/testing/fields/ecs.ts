import { TERM } from '../../../topology/component.ts';
import { componentsInTasks } from '../../components.ts';
import type { ContainerDefinition } from '../../container-definition.ts';
import { type MockedAwsStack, mockedAwsStack } from '../mocked-stack.ts';
import { containersIn, resolvedSecrets, stackSecrets } from '../tasks.ts';
import { type Fields, type FieldsByComponent, fieldsOf, mount, unnamed, yesOrNo } from './fields.ts';

/** The containers of the aws target that run entries of the topology, from the program as it is. */
export async function ecsFields(): Promise<FieldsByComponent> {
  const stack = await mockedAwsStack();
  const secrets = stackSecrets(stack);
  return new Map(
    componentsInTasks().map(({ name }) => {
      const container = containersIn(stack, name).find((one) => one.name === name);
      if (container === undefined) throw new Error(`no task runs ${name}`);
      return [name, fieldsOfContainer(container, stack, secrets)];
    }),
  );
}

function fieldsOfContainer(
  container: ContainerDefinition,
  stack: MockedAwsStack,
  secrets: Readonly<Record<string, string>>,
): Fields {
  const { healthCheck: health, linuxParameters, logConfiguration, name } = container;
  const forwarded = logConfiguration.logDriver === 'awsfirelens';
  const volume = container.mountPoints[0]?.containerPath;
  const served = stack.resources.some(
    ({ type, inputs }) => type === 'aws:ecs/service:Service' && String(inputs.name).endsWith(`-${name}`),
  );
  const fields = fieldsOf({
    image: /-([\w-]+)@sha256:/.exec(container.image)?.[1],
    'memory, MiB': String(container.memory),
    user: container.user,
    'read-only root': yesOrNo(container.readonlyRootFilesystem),
    'capabilities dropped': linuxParameters.capabilities.drop.join(' '),
    'init process': yesOrNo(linuxParameters.initProcessEnabled),
    entrypoint: container.entryPoint?.join(' '),
    command: container.command?.join(' '),
    ports: container.portMappings.map(({ containerPort }) => containerPort).join(' ') || undefined,
    volume,
    'volume is kept': volume && 'as long as the task',
    health: health?.command.join(' '),
    'health, every': health && `${health.interval}s`,
    'health, time-out': health && `${health.timeout}s`,
    'health, retries': health && String(health.retries),
    'health, start': health && `${health.startPeriod}s`,
    // ECS has no field for it: it sends that of the image, and no image of these says another
    'stop signal': TERM.signals[0],
    'stop grace, s': String(container.stopTimeout),
    restart: restartOf(container, served),
    logs: forwarded ? 'collector' : 'log group',
    'log tag': logConfiguration.options.Tag,
    'logs acknowledged': forwarded
      ? yesOrNo(logConfiguration.options.Require_ack_response === 'true')
      : undefined,
    component: container.dockerLabels?.['storefront.component'],
    version: container.dockerLabels?.['storefront.version'] || undefined,
  });
  return { ...fields, ...memoryMounts(container), ...variables(container, stack, secrets) };
}

function restartOf({ restartPolicy }: ContainerDefinition, served: boolean): string {
  if (restartPolicy?.enabled) return 'in its task, and by the service';
  return served ? 'another task, by the service' : 'no';
}

const memoryMounts = ({ linuxParameters }: ContainerDefinition): Fields =>
  Object.fromEntries(
    linuxParameters.tmpfs.map(({ containerPath, size, mountOptions }) => [
      `tmpfs ${containerPath}`,
      mount([...mountOptions, `size=${size}m`]),
    ]),
  );

const variables = (
  container: ContainerDefinition,
  stack: MockedAwsStack,
  secrets: Readonly<Record<string, string>>,
): Fields =>
  Object.fromEntries(
    [...container.environment, ...resolvedSecrets(stack, container)].map(({ name, value }) => [
      `env ${name}`,
      unnamed(value, secrets),
    ]),
  );
