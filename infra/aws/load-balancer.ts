import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { componentOf } from '../topology.ts';
import { MOST_RETRIES } from './container-definition.ts';
import { LOAD_BALANCER_PORT } from './edges.ts';
import type { Network } from './network.ts';
import { named, type Place } from './place.ts';
import type { SecurityGroups } from './security-groups.ts';

const HTTPS = 443;

/** What a load balancer hands requests on to, and its own name. */
export interface Front {
  readonly targets: aws.lb.TargetGroup;
  readonly listener: aws.lb.Listener;
  readonly dnsName: pulumi.Output<string>;
}

interface Making {
  readonly place: Place;
  readonly network: Network;
  readonly groups: SecurityGroups;
}

/** The load balancers of web-api: one inside the network; and one that the internet sees, where somebody is let in. */
export function makeFronts(making: Making): { inside: Front; outside: Front | undefined } {
  const { place, network, groups } = making;
  const inside = makeFront(making, {
    what: 'web-api',
    internal: true,
    subnets: network.subnets,
    securityGroup: groups.of('load-balancer'),
    listen: { port: LOAD_BALANCER_PORT, protocol: 'HTTP' },
  });
  if (place.settings.allow.length === 0) return { inside, outside: undefined };
  const outside = makeFront(making, {
    what: 'public',
    internal: false,
    subnets: network.publicSubnets,
    securityGroup: publicGroup(making),
    listen: {
      ...{ port: HTTPS, protocol: 'HTTPS', certificateArn: place.settings.certificate },
      sslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
    },
  });
  return { inside, outside };
}

interface FrontOptions {
  readonly what: string;
  readonly internal: boolean;
  readonly subnets: readonly aws.ec2.Subnet[];
  readonly securityGroup: pulumi.Output<string>;
  readonly listen: Pick<aws.lb.ListenerArgs, 'port' | 'protocol' | 'certificateArn' | 'sslPolicy'>;
}

function makeFront(
  { place, network }: Making,
  { what, internal, subnets, securityGroup, listen }: FrontOptions,
) {
  const name = named(place, what);
  const { ports, stop } = componentOf('web-api');
  const balancer = new aws.lb.LoadBalancer(
    name,
    {
      ...{ name, internal, loadBalancerType: 'application', securityGroups: [securityGroup] },
      subnets: subnets.map(({ id }) => id),
      ...{ dropInvalidHeaderFields: true, desyncMitigationMode: 'strictest' },
      enableDeletionProtection: false,
    },
    { ...place.options, dependsOn: [...network.ready] },
  );
  const targets = new aws.lb.TargetGroup(
    name,
    {
      ...{ name, port: ports.http as number, protocol: 'HTTP', targetType: 'ip', vpcId: network.vpc.id },
      // requests that are being answered have as long as the service itself gives them
      deregistrationDelay: stop.graceSeconds,
      healthCheck: {
        // it answers, whatever it is that it needs does: what a target says of itself makes ECS replace it
        ...{ path: '/metrics', matcher: '401', interval: 5, timeout: 4 },
        ...{ healthyThreshold: 2, unhealthyThreshold: MOST_RETRIES },
      },
    },
    place.options,
  );
  const listener = new aws.lb.Listener(
    name,
    {
      loadBalancerArn: balancer.arn,
      ...listen,
      defaultActions: [{ type: 'forward', targetGroupArn: targets.arn }],
    },
    place.options,
  );
  return { targets, listener, dnsName: balancer.dnsName };
}

/** Lets in who is on the list, and on to web-api. */
function publicGroup({ place, groups }: Making): pulumi.Output<string> {
  const { id } = groups.make('public');
  for (const [index, cidrIpv4] of place.settings.allow.entries())
    new aws.vpc.SecurityGroupIngressRule(
      named(place, `allowed-${index + 1}`),
      {
        ...{ securityGroupId: id, cidrIpv4, ipProtocol: 'tcp', fromPort: HTTPS, toPort: HTTPS },
        description: `faultline:allow`,
      },
      place.options,
    );
  groups.connect({ from: 'public', to: 'web-api', port: componentOf('web-api').ports.http as number });
  return id;
}
