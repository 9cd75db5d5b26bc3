import type { ContainerDefinition, RegisterTaskDefinitionRequest, TaskDefinition } from '@aws-sdk/client-ecs';
import { nodeCommand } from '../../container/launch.ts';
import { InfraError } from '../../errors.ts';
import type { InEffect, Limits } from '../../target.ts';
import type { ComponentName } from '../../topology/component.ts';
import { componentOf } from '../../topology.ts';
import { taskMemory } from './fargate.ts';

/** What changes have made of a service, against its task definition as the stack was deployed. */
export interface Overlay {
  /** Releases in the order in which they were deployed, the present one last; empty for none but the first. */
  readonly deployed: readonly string[];
  /** Laid over the environment; an empty text takes a variable away. */
  readonly env: Readonly<Record<string, string>>;
  readonly limits: Partial<Limits>;
}

export const NOTHING: Overlay = { deployed: [], env: {}, limits: {} };

/** Labels of the container, which telemetry does not show: a revision says what it was made from, and how. */
const VERSION = 'storefront.version';
const BASE = 'storefront.base';
const OVERLAY = 'storefront.overlay';

/** Which definition a revision was made from, and what was laid over it. */
export function readRevision({
  definition,
  component,
}: {
  definition: TaskDefinition;
  component: ComponentName;
}): { base: string; overlay: Overlay } {
  const labels = containerOf({ definition, component }).dockerLabels ?? {};
  const [base, overlay] = [labels[BASE], labels[OVERLAY]];
  if (base === undefined || overlay === undefined)
    return { base: definition.taskDefinitionArn ?? '', overlay: NOTHING };
  return { base, overlay: JSON.parse(overlay) as Overlay };
}

/** The changes that an overlay was made by. */
export function changesIn(service: ComponentName, { deployed, env, limits }: Overlay): InEffect[] {
  const releases = deployed.slice(1).map((release, before) => ({
    ...{ body: { kind: 'deployment', service, release }, from: deployed[before] ?? '', to: release },
  }));
  return [...releases, { body: { kind: 'config', service, env, limits }, from: '', to: '' }];
}

/** Release of the service in a definition, '' for what has none. */
export const versionOf = (of: { definition: TaskDefinition; component: ComponentName }): string =>
  containerOf(of).environment?.find(({ name }) => name === 'SERVICE_VERSION')?.value ?? '';

/** Limits in a definition; that of processes, which Fargate does not have, is the topology's. */
export function limitsIn(of: { definition: TaskDefinition; component: ComponentName }): Limits {
  const { memory: memoryMiB, environment = [] } = containerOf(of);
  const options = environment.find(({ name }) => name === 'NODE_OPTIONS')?.value ?? '';
  const heap = /--max-old-space-size=(\d+)/.exec(options)?.[1];
  return {
    ...componentOf(of.component).limits,
    ...(memoryMiB === undefined ? {} : { memoryMiB }),
    ...(heap === undefined ? {} : { heapMiB: Number(heap) }),
  };
}

/** Log group of CloudWatch that a container of the definition writes to: with FireLens, that of the log router alone. */
export const logGroupOf = ({ containerDefinitions = [] }: TaskDefinition): string | undefined =>
  containerDefinitions
    .map(({ logConfiguration }) => logConfiguration?.options?.['awslogs-group'])
    .find((group) => group !== undefined);

/**
 * What the base becomes with an overlay, as RegisterTaskDefinition takes it. @throws LIMIT_NOT_SUPPORTED
 */
export function revisionOf({
  base,
  component,
  overlay,
}: {
  base: TaskDefinition;
  component: ComponentName;
  overlay: Overlay;
}): RegisterTaskDefinitionRequest {
  const before = containerOf({ definition: base, component });
  const container = changed({ container: before, base, component, overlay });
  const { memoryMiB } = overlay.limits;
  const memory =
    memoryMiB === undefined
      ? base.memory
      : taskMemory({ component, cpu: base.cpu, memory: base.memory, more: memoryMiB - (before.memory ?? 0) });
  const { family, taskRoleArn, executionRoleArn, networkMode, volumes, requiresCompatibilities } = base;
  const { cpu, ephemeralStorage, runtimePlatform, placementConstraints, pidMode } = base;
  return {
    ...{ family, taskRoleArn, executionRoleArn, networkMode, volumes, requiresCompatibilities },
    ...{ cpu, memory, ephemeralStorage, runtimePlatform, placementConstraints, pidMode },
    containerDefinitions: (base.containerDefinitions ?? []).map((one) => (one === before ? container : one)),
  };
}

function changed({
  container,
  base,
  component,
  overlay: { deployed, env, limits },
}: {
  container: ContainerDefinition;
  base: TaskDefinition;
  component: ComponentName;
  overlay: Overlay;
}): ContainerDefinition {
  const release = deployed.at(-1);
  const environment = new Map(
    (container.environment ?? []).map(({ name = '', value = '' }) => [name, value]),
  );
  if (release !== undefined) environment.set('SERVICE_VERSION', release);
  const options = environment.get('NODE_OPTIONS');
  if (limits.heapMiB !== undefined && options !== undefined)
    environment.set(
      'NODE_OPTIONS',
      options.replace(/--max-old-space-size=\d+/, `--max-old-space-size=${limits.heapMiB}`),
    );
  for (const [name, value] of Object.entries(env)) {
    if (value === '') environment.delete(name);
    else environment.set(name, value);
  }
  checkPids(component, limits);
  return {
    ...container,
    ...(release === undefined ? {} : { command: nodeCommand(component, release) }),
    ...(limits.memoryMiB === undefined ? {} : { memory: limits.memoryMiB }),
    environment: [...environment].map(([name, value]) => ({ name, value })),
    // a name is in one of the two only
    secrets: (container.secrets ?? []).filter(({ name = '' }) => !(name in env)),
    dockerLabels: {
      ...container.dockerLabels,
      ...(release === undefined ? {} : { [VERSION]: release }),
      [BASE]: base.taskDefinitionArn ?? '',
      [OVERLAY]: JSON.stringify({ deployed, env, limits }),
    },
  };
}

function checkPids(component: ComponentName, { pids }: Partial<Limits>): void {
  const rule = `pids must be as it is (${componentOf(component).limits.pids}): Fargate has no such limit`;
  if (pids !== undefined && pids !== componentOf(component).limits.pids)
    throw new InfraError('LIMIT_NOT_SUPPORTED', [component, rule, pids]);
}

function containerOf({
  definition: { containerDefinitions = [], family = '' },
  component,
}: {
  definition: TaskDefinition;
  component: ComponentName;
}): ContainerDefinition {
  const container = containerDefinitions.find(({ name }) => name === component);
  if (container === undefined)
    throw new TypeError(`task definition ${family} has no container named ${component}`);
  return container;
}
