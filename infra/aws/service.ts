import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { HEALTH_TIMING } from '../container/launch.ts';
import type { Network } from './network.ts';
import { named, type Place } from './place.ts';

/** Long enough for a name to be known to those who ask again when a connection fails, s. */
const NAME_TTL = 5;

export interface ServiceOptions {
  /** What it is called behind the prefix, and in the private domain. */
  readonly name: string;
  readonly task: aws.ecs.TaskDefinition;
  readonly replicas: number;
  readonly securityGroup: pulumi.Output<string>;
  readonly port: number;
  readonly targets?: readonly aws.lb.TargetGroup[];
  readonly after: pulumi.Input<pulumi.Resource[]>;
}

/**
 * Tasks that are kept running, under a name whose addresses are theirs: who calls is told when one is gone, as on the other
 * targets, by a connection that fails. No proxy is in between that would hide it.
 */
export function makeService(
  { place, network, cluster }: { place: Place; network: Network; cluster: aws.ecs.Cluster },
  { name, task, replicas, securityGroup, port, targets = [], after }: ServiceOptions,
): aws.ecs.Service {
  const full = named(place, name);
  const registered = new aws.servicediscovery.Service(
    full,
    {
      name,
      dnsConfig: {
        namespaceId: network.namespaceId,
        dnsRecords: [{ type: 'A', ttl: NAME_TTL }],
        routingPolicy: 'MULTIVALUE',
      },
      forceDestroy: true,
    },
    place.options,
  );
  return new aws.ecs.Service(
    full,
    {
      ...{ name: full, cluster: cluster.arn, taskDefinition: task.arn, desiredCount: replicas },
      ...{ launchType: 'FARGATE', platformVersion: '1.4.0', schedulingStrategy: 'REPLICA' },
      networkConfiguration: {
        ...{ subnets: [network.subnets[0].id], securityGroups: [securityGroup], assignPublicIp: false },
      },
      serviceRegistries: { registryArn: registered.arn },
      loadBalancers: targets.map(({ arn }) => ({
        ...{ targetGroupArn: arn, containerName: name, containerPort: port },
      })),
      // a load balancer asks at once, and its first answers would end a task that is still starting
      ...(targets.length > 0 && { healthCheckGracePeriodSeconds: 60 * HEALTH_TIMING.startMinutes }),
      // one is gone before the next one comes, as with containers of one name: callers know one address
      ...{ deploymentMinimumHealthyPercent: 0, deploymentMaximumPercent: 100 },
      // a release that does not start is given up; whoever deployed it brings the one before back
      deploymentCircuitBreaker: { enable: true, rollback: false },
      // nothing moves unless somebody asks for it
      availabilityZoneRebalancing: 'DISABLED',
      ...{ enableExecuteCommand: false, enableEcsManagedTags: true, propagateTags: 'SERVICE' },
      ...{ waitForSteadyState: true, forceDelete: true },
    },
    { ...place.options, dependsOn: after },
  );
}
