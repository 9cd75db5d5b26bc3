import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import type { Network } from './network.ts';
import { named, type Place } from './place.ts';
import { type Arns, endpointPolicy } from './policies/index.ts';
import type { SecurityGroups } from './security-groups.ts';

/**
 * What is asked of AWS from inside the network, by whom. Each costs as much as a quarter of a NAT gateway; together they cost
 * more by the hour and less by the byte, and leave no way to the internet.
 */
export const ENDPOINTS = {
  'ecr.api': 'images, by every task',
  'ecr.dkr': 'images, by every task; their layers come from S3',
  logs: 'what is not observed, and the log routers, write to log groups',
  secretsmanager: 'secrets, by every task that has one',
  sqs: "the tasks' events, by control",
  ecs: 'changes, by control',
} as const;

interface Making {
  readonly place: Place;
  readonly network: Network;
  readonly groups: SecurityGroups;
  readonly arns: pulumi.Output<Arns>;
}

/** Ways to the services of AWS that stay inside its network, for what the stack's own roles may do. Interfaces are in the first zone only, where everything runs. */
export function makeEndpoints({ place, network, groups, arns }: Making): aws.ec2.VpcEndpoint[] {
  const { region } = place.settings;
  const serviceName = (service: string) => `com.amazonaws.${region}.${service}`;
  const vpcId = network.vpc.id;
  const policyOf = (service: string) => arns.apply((at) => JSON.stringify(endpointPolicy(service, at)));
  const s3 = new aws.ec2.VpcEndpoint(
    named(place, 's3'),
    {
      ...{ vpcId, serviceName: serviceName('s3'), vpcEndpointType: 'Gateway' },
      ...{ routeTableIds: [network.routes.id], policy: policyOf('s3') },
    },
    place.options,
  );
  groups.allowS3(s3.prefixListId);
  const interfaces = Object.keys(ENDPOINTS).map(
    (service) =>
      new aws.ec2.VpcEndpoint(
        named(place, service),
        {
          vpcId,
          serviceName: serviceName(service),
          vpcEndpointType: 'Interface',
          policy: policyOf(service),
          privateDnsEnabled: true,
          subnetIds: [network.subnets[0].id],
          securityGroupIds: [groups.of('endpoints')],
        },
        place.options,
      ),
  );
  return [s3, ...interfaces];
}
