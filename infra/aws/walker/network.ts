import { at, listOf, type Resource, type Rule, unless, type Walk } from './resource.ts';

const EVERYBODY = ['0.0.0.0/0', '::/0'];

/** Networks that a security group, or a rule of one, names. */
function networksOf({ type, inputs }: Resource, direction: 'ingress' | 'egress'): readonly string[] {
  if (/:(Default)?SecurityGroup$/.test(type))
    return listOf(inputs[direction]).flatMap((rule) => [
      ...listOf(at(rule, 'cidrBlocks')),
      ...listOf(at(rule, 'ipv6CidrBlocks')),
    ]) as string[];
  if (type.endsWith(':SecurityGroupRule'))
    return inputs.type === direction
      ? ([...listOf(inputs.cidrBlocks), ...listOf(inputs.ipv6CidrBlocks)] as string[])
      : [];
  return [...listOf(inputs.cidrIpv4), ...listOf(inputs.cidrIpv6)] as string[];
}

const IN = [
  'aws:ec2/securityGroup:SecurityGroup',
  'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup',
  'aws:ec2/securityGroupRule:SecurityGroupRule',
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule',
];
const OUT = [...IN.slice(0, 3), 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule'];
const BALANCERS = ['aws:lb/loadBalancer:LoadBalancer', 'aws:alb/loadBalancer:LoadBalancer'];

const isAskedFor = ({ ingress }: Walk): boolean => ingress.length > 0;

/** The ARN of a load balancer ends with its name and a number; of mocks, with its name. */
const isListenerOf = ({ loadBalancerArn }: Resource['inputs'], { name, inputs }: Resource): boolean =>
  String(loadBalancerArn)
    .split('/')
    .includes(String(inputs.name ?? name));

export const NETWORK_RULES: readonly Rule[] = [
  {
    name: 'ingress-by-reference',
    must: 'a security group is open to other groups alone, or to a network that the deployer has named; never to everybody',
    types: IN,
    wrong: (resource, { ingress }) => {
      const networks = networksOf(resource, 'ingress');
      const open = networks.filter((network) => EVERYBODY.includes(network));
      const unnamed = networks.filter(
        (network) => !EVERYBODY.includes(network) && !ingress.includes(network),
      );
      return [
        ...open.map((network) => `is open to everybody (${network})`),
        ...unnamed.map((network) => `is open to ${network}, which is not on the list`),
      ];
    },
  },
  {
    name: 'egress-by-reference',
    must: 'a security group leads to other groups and prefix lists alone: nothing goes out to the Internet',
    types: OUT,
    wrong: (resource) => networksOf(resource, 'egress').map((network) => `leads to ${network}`),
  },
  {
    name: 'no-public-address',
    must: 'no task and no subnet gives out public addresses',
    types: ['aws:ecs/service:Service', 'aws:ec2/subnet:Subnet'],
    wrong: ({ inputs }, walk) =>
      unless(
        at(inputs, 'networkConfiguration', 'assignPublicIp') !== true &&
          (inputs.mapPublicIpOnLaunch !== true || isAskedFor(walk)),
        'gives out public addresses',
      ),
  },
  {
    name: 'balancer-internal',
    must: 'a load balancer is internal, unless the deployer has named networks; it drops malformed headers',
    types: BALANCERS,
    wrong: ({ inputs }, walk) => [
      ...unless(inputs.internal === true || isAskedFor(walk), 'faces the Internet'),
      ...unless(
        inputs.dropInvalidHeaderFields === true || inputs.loadBalancerType === 'network',
        'passes malformed headers on',
      ),
    ],
  },
  {
    name: 'listener-tls',
    must: 'what the Internet sees speaks TLS 1.2 or newer',
    types: ['aws:lb/listener:Listener', 'aws:alb/listener:Listener'],
    wrong: ({ inputs }, { resources }) => {
      const inside = resources.some(
        (one) => BALANCERS.includes(one.type) && one.inputs.internal === true && isListenerOf(inputs, one),
      );
      return unless(
        inside || (inputs.protocol === 'HTTPS' && /TLS13/.test(String(inputs.sslPolicy))),
        'may be reached from the Internet without TLS',
      );
    },
  },
  {
    name: 'no-gateway',
    must: 'the network has no way to the Internet, unless the deployer has named networks',
    types: [
      'aws:ec2/internetGateway:InternetGateway',
      'aws:ec2/natGateway:NatGateway',
      'aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway',
    ],
    wrong: ({ type }, walk) =>
      unless(
        isAskedFor(walk) && type.endsWith(':InternetGateway'),
        'is a way to the Internet that nobody has asked for',
      ),
  },
];
