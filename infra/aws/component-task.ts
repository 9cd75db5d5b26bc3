import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Secrets } from '../target.ts';
import type { Component } from '../topology/component.ts';
import {
  type ContainerDefinition,
  containerDefinition,
  MOST_RETRIES,
  restarting,
  stopSecondsOf,
} from './container-definition.ts';
import { isObserved } from './edges.ts';
import type { ImageName, Images } from './images.ts';
import type { LogGroups } from './log-groups.ts';
import { logRouter, toCollector, toLogGroup } from './logging.ts';
import type { Place } from './place.ts';
import type { RoleName } from './policies/index.ts';
import type { Roles } from './roles.ts';
import type { SecretStore } from './secrets.ts';
import {
  type EnvironmentOf,
  launchOn,
  type Made,
  secretNamesOf,
  surroundingsOf,
  variablesOf,
} from './surroundings.ts';
import { makeTaskDefinition } from './task-definition.ts';

/** Processor units of a task, unless `faultline:cpu` says otherwise. */
export const CPU = 512;

export interface TaskMaking {
  readonly place: Place;
  readonly roles: Roles;
  readonly images: Images;
  readonly logs: LogGroups;
  readonly store: SecretStore;
  readonly made: pulumi.Output<Made>;
  readonly granted: readonly pulumi.Resource[];
}

/** What a component's secret variables are, and where ECS gets them from. */
export type ComponentSecrets = ReadonlyMap<string, pulumi.Output<string>>;

/** Stores a component's secret variables: before the policy is made that lets them be read. */
export function storeSecrets(
  component: Component,
  { place, store, made }: Pick<TaskMaking, 'place' | 'store' | 'made'>,
): ComponentSecrets {
  const of = { component, settings: place.settings };
  const names = secretNamesOf(of);
  if (names.length === 0) return new Map();
  const values = pulumi.all([made, store.secrets as pulumi.Output<Secrets>]).apply(([found, secrets]) => {
    const all = variablesOf({ ...of, made: found, secrets });
    return Object.fromEntries(names.map((name) => [name, all[name] ?? '']));
  });
  const stored = store.add(component.name, values);
  return new Map(names.map((name) => [name, stored.valueFrom(name)]));
}

/** The task of one entry of the topology: its container, and a log router beside it where it is observed. */
export function componentTask(
  component: Component,
  secrets: ComponentSecrets,
  making: TaskMaking,
): aws.ecs.TaskDefinition {
  const { place, images, logs } = making;
  const { settings } = place;
  const group = (what: string) => logs.of(what).name;
  const known = pulumi.output({
    made: making.made,
    image: images.of(imageOf(component)),
    router: images.of('log-router'),
    ownGroup: isObserved(component) ? '' : group(component.name),
    routerGroup: isObserved(component) ? group('log-router') : '',
    secrets: pulumi.output(Object.fromEntries(secrets)),
  });
  const containers = known.apply(({ image, router, ownGroup, routerGroup, ...values }) => {
    const { region } = settings;
    const logConfiguration = isObserved(component)
      ? toCollector({ tag: component.name, settings })
      : toLogGroup({ group: ownGroup, region });
    const main = mainContainer(component, { settings, image, logConfiguration, ...values });
    return isObserved(component) ? [main, logRouter({ image: router, group: routerGroup, region })] : [main];
  });
  return makeTaskDefinition(making, {
    ...{ name: component.name, role: roleOf(component), cpu: settings.cpu[component.name] ?? CPU },
    containers,
  });
}

interface MainContainer extends Pick<EnvironmentOf, 'settings'> {
  readonly made: Made;
  readonly image: string;
  readonly secrets: Readonly<Record<string, string>>;
  readonly logConfiguration: ContainerDefinition['logConfiguration'];
}

function mainContainer(
  component: Component,
  { settings, made, image, secrets, logConfiguration }: MainContainer,
): ContainerDefinition {
  const of = { component, settings, made };
  const at = surroundingsOf(of);
  const plain = Object.entries(variablesOf(of)).filter(([name]) => !Object.hasOwn(secrets, name));
  const container = containerDefinition({
    ...{ name: component.name, image, memoryMiB: at.limits.memoryMiB, launch: launchOn(of) },
    ...{ environment: Object.fromEntries(plain), secrets, logConfiguration },
    ...{ ports: Object.values(component.ports), stopSeconds: stopSecondsOf(component) },
    // one that is overloaded is left to it, as on Docker, for as long as can be
    ...(component.role === 'service' && { retries: MOST_RETRIES }),
    labels: {
      'storefront.component': component.name,
      ...(isObserved(component) && { 'storefront.version': at.version }),
    },
  });
  return component.role === 'collector' ? restarting(container) : container;
}

function imageOf({ program, name }: Component): ImageName {
  if (program === 'node') return 'services';
  if (program === 'otelcol') return 'collector';
  if (program === 'prometheus') return 'prometheus';
  throw new TypeError(`${name} has no image on this target`);
}

const roleOf = ({ role }: Component): RoleName => (role === 'collector' ? 'collector-task' : 'service-task');
