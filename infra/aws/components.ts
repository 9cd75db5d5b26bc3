import { ECSClient } from '@aws-sdk/client-ecs';
import type * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { Component, ComponentName } from '../topology/component.ts';
import { topologyOf } from '../topology.ts';
import { type ComponentSecrets, componentTask, type TaskMaking } from './component-task.ts';
import { inContainers } from './edges.ts';
import type { Front } from './load-balancer.ts';
import type { Network } from './network.ts';
import { runToEnd } from './one-shot.ts';
import type { SecurityGroups } from './security-groups.ts';
import { makeService } from './service.ts';
import type { Stores } from './stores.ts';

export interface ComponentsMaking extends TaskMaking {
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly cluster: aws.ecs.Cluster;
  readonly stores: Stores;
  readonly fronts: readonly Front[];
  readonly secrets: ReadonlyMap<ComponentName, ComponentSecrets>;
  /** Ways through the network, and to the buckets: without them no task gets its image, secrets and logs, or reaches another. */
  readonly ways: readonly pulumi.Resource[];
}

type Ready = pulumi.Output<pulumi.Resource[]>;

/** Known when all of them are made. */
const made = (...resources: readonly pulumi.Resource[]): Ready =>
  pulumi.all(resources.map(({ urn }) => urn)).apply(() => [...resources]);

/** Entries of the topology that run as tasks, in an order in which nothing stands before what it needs. */
export const componentsInTasks = (): readonly Component[] => topologyOf('aws').filter(inContainers);

/** Everything of the topology that runs in containers. What a component needs is waited for. @returns known when all of it runs */
export function makeComponents(making: ComponentsMaking): Ready {
  const { stores, ways } = making;
  const ready = new Map<ComponentName, Ready>(
    (['postgres', 'cache', 'queue'] as const).map((name) => [name, made(stores[name])]),
  );
  for (const component of componentsInTasks()) {
    const needs = component.needs.flatMap((name) => ready.get(name) ?? []);
    const after: Ready = pulumi.all(needs).apply((all) => [...ways, ...all.flat()]);
    const task = componentTask(component, making.secrets.get(component.name) ?? new Map(), making);
    const one =
      component.role === 'task'
        ? runOnce(component, task, { ...making, after })
        : serve(component, task, { ...making, after });
    ready.set(component.name, one);
  }
  return pulumi.all([...ready.values()]).apply((all) => all.flat());
}

interface After extends ComponentsMaking {
  readonly after: Ready;
}

function serve(component: Component, task: aws.ecs.TaskDefinition, making: After): Ready {
  const { place, groups, fronts, after } = making;
  const { name } = component;
  const fronted = name === 'web-api' ? fronts : [];
  const service = makeService(making, {
    ...{ name, task, replicas: place.settings.replicas[name] ?? 1 },
    securityGroup: groups.of(name),
    port: Object.values(component.ports)[0] as number,
    targets: fronted.map(({ targets }) => targets),
    after: after.apply((all) => [...all, ...fronted.map(({ listener }) => listener)]),
  });
  return made(service);
}

/** At each `up`: what the task makes is made where it is missing. A preview starts nothing. */
function runOnce(component: Component, task: aws.ecs.TaskDefinition, making: After): Ready {
  const { place, network, groups, cluster, ways, after } = making;
  const { region, profile } = place.settings;
  const where = [task.arn, cluster.arn, network.subnets[0].id, groups.of(component.name)] as const;
  const known = pulumi.all([...where, made(...ways), after]);
  return known.apply(async ([taskDefinition, clusterArn, subnet, securityGroup]) => {
    if (!pulumi.runtime.isDryRun()) {
      const client = new ECSClient({ region, ...(profile !== '' && { profile }) });
      await runToEnd({
        ...{ client, cluster: clusterArn, taskDefinition, container: component.name, subnet, securityGroup },
        withinSeconds: component.health.withinSeconds + START_SECONDS,
      });
    }
    return [task];
  });
}

/** What Fargate may take to have a container started: a machine, and an image on it. */
const START_SECONDS = 180;
