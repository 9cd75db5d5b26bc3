import * as aws from '@pulumi/aws';
import type * as pulumi from '@pulumi/pulumi';
import { domainOf, named, type Place } from './place.ts';

const VPC = '10.61.0.0/16';
/** The third octet of the two private subnets, and of the two public ones. */
const PRIVATE = [0, 1] as const;
const PUBLIC = [128, 129] as const;

export interface Network {
  readonly vpc: aws.ec2.Vpc;
  /** No way leads from these to the internet. The first is where things run; load balancers and RDS want two. */
  readonly subnets: readonly [aws.ec2.Subnet, aws.ec2.Subnet];
  readonly routes: aws.ec2.RouteTable;
  /** Only where somebody is let in: empty otherwise. */
  readonly publicSubnets: readonly aws.ec2.Subnet[];
  /** Without which the subnets have no way to S3 or, where there is one, to the internet, and names are not found. */
  readonly ready: readonly pulumi.Resource[];
  /** Where the names of components are registered. */
  readonly namespaceId: pulumi.Output<string>;
}

/** A network of its own, and the names in it. */
export function makeNetwork(place: Place): Network {
  const { settings, options } = place;
  const tags = (what: string) => ({ Name: named(place, what) });
  const vpc = new aws.ec2.Vpc(
    named(place, 'vpc'),
    { cidrBlock: VPC, enableDnsSupport: true, enableDnsHostnames: true, tags: tags('vpc') },
    options,
  );
  closeDefaultGroup(place, vpc);
  const names = searchOwnDomain(place, vpc);
  const routes = new aws.ec2.RouteTable(
    named(place, 'private'),
    { vpcId: vpc.id, routes: [], tags: tags('private') },
    options,
  );
  const subnetAt = (index: 0 | 1) => subnetOf(place, { vpc, octet: PRIVATE[index], index, what: 'private' });
  const subnets = [subnetAt(0), subnetAt(1)] as const;
  const associated = subnets.map((subnet, index) =>
    associate(place, { subnet, routes, what: `private-${index + 1}` }),
  );
  const open = settings.allow.length > 0 ? makePublic(place, vpc) : { publicSubnets: [], ways: [] };
  return {
    ...{ vpc, subnets, routes, publicSubnets: open.publicSubnets },
    namespaceId: makeNamespace(place, vpc),
    ready: [names, ...associated, ...open.ways],
  };
}

/** For how long it is remembered that a name is not known, s. */
const UNKNOWN_TTL = 5;

/**
 * The private domain. A resolver would remember for minutes that a name was not there, which it is not while a task is replaced; how
 * long it does is a property that only CloudFormation sets.
 */
function makeNamespace(place: Place, vpc: aws.ec2.Vpc): pulumi.Output<string> {
  const name = named(place, 'names');
  const namespace = {
    Type: 'AWS::ServiceDiscovery::PrivateDnsNamespace',
    Properties: {
      Name: domainOf(place.settings),
      Vpc: { Ref: 'Vpc' },
      Properties: { DnsProperties: { SOA: { TTL: UNKNOWN_TTL } } },
    },
  };
  const stack = new aws.cloudformation.Stack(
    name,
    {
      name,
      parameters: { Vpc: vpc.id },
      templateBody: JSON.stringify({
        Parameters: { Vpc: { Type: 'String' } },
        Resources: { Names: namespace },
        Outputs: { Id: { Value: { Ref: 'Names' } } },
      }),
      onFailure: 'DELETE',
    },
    place.options,
  );
  return stack.outputs.apply((outputs) => outputs.Id ?? '');
}

/** The group that AWS makes in every VPC lets its members talk to one another; with no rules it lets nobody. */
const closeDefaultGroup = (place: Place, vpc: aws.ec2.Vpc) =>
  new aws.ec2.DefaultSecurityGroup(
    named(place, 'default'),
    { vpcId: vpc.id, ingress: [], egress: [] },
    place.options,
  );

/** Prometheus' configuration, which is that of all targets, knows the services by their first names. */
function searchOwnDomain(place: Place, vpc: aws.ec2.Vpc): pulumi.Resource {
  const dhcp = new aws.ec2.VpcDhcpOptions(
    named(place, 'dhcp'),
    { domainName: domainOf(place.settings), domainNameServers: ['AmazonProvidedDNS'] },
    place.options,
  );
  return new aws.ec2.VpcDhcpOptionsAssociation(
    named(place, 'dhcp'),
    { vpcId: vpc.id, dhcpOptionsId: dhcp.id },
    place.options,
  );
}

interface SubnetOptions {
  readonly vpc: aws.ec2.Vpc;
  readonly octet: number;
  readonly index: number;
  readonly what: 'private' | 'public';
}

function subnetOf(place: Place, { vpc, octet, index, what }: SubnetOptions): aws.ec2.Subnet {
  const name = named(place, `${what}-${index + 1}`);
  return new aws.ec2.Subnet(
    name,
    {
      vpcId: vpc.id,
      cidrBlock: `10.61.${octet}.0/24`,
      availabilityZone: place.zones[index] as pulumi.Output<string>,
      mapPublicIpOnLaunch: false,
      tags: { Name: name },
    },
    place.options,
  );
}

const associate = (
  place: Place,
  { subnet, routes, what }: { subnet: aws.ec2.Subnet; routes: aws.ec2.RouteTable; what: string },
) =>
  new aws.ec2.RouteTableAssociation(
    named(place, what),
    { subnetId: subnet.id, routeTableId: routes.id },
    place.options,
  );

/** Two subnets for a load balancer that the internet sees. Nothing else is in them. */
function makePublic(place: Place, vpc: aws.ec2.Vpc) {
  const gateway = new aws.ec2.InternetGateway(
    named(place, 'internet'),
    { vpcId: vpc.id, tags: { Name: named(place, 'internet') } },
    place.options,
  );
  const routes = new aws.ec2.RouteTable(
    named(place, 'public'),
    {
      vpcId: vpc.id,
      routes: [{ cidrBlock: '0.0.0.0/0', gatewayId: gateway.id }],
      tags: { Name: named(place, 'public') },
    },
    place.options,
  );
  const publicSubnets = PUBLIC.map((octet, index) => subnetOf(place, { vpc, octet, index, what: 'public' }));
  const associated = publicSubnets.map((subnet, index) =>
    associate(place, { subnet, routes, what: `public-${index + 1}` }),
  );
  return { publicSubnets, ways: [gateway, ...associated] };
}
