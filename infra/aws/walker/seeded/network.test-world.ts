import type { Seeds } from './seed.test-world.ts';

const rule = (networks: object) => [{ protocol: 'tcp', fromPort: 5432, toPort: 5432, ...networks }];

export const NETWORK_SEEDS: Seeds = {
  'a rule for everybody': {
    kind: 'SecurityGroupIngressRule',
    inputs: { cidrIpv4: '0.0.0.0/0' },
    finds: ['ingress-by-reference: is open to everybody (0.0.0.0/0)'],
  },
  'a rule for everybody of IPv6': {
    kind: 'SecurityGroupIngressRule',
    inputs: { cidrIpv6: '::/0' },
    finds: ['ingress-by-reference: is open to everybody (::/0)'],
  },
  'a rule for a network that nobody has named': {
    kind: 'SecurityGroupIngressRule',
    inputs: { cidrIpv4: '10.0.0.0/16' },
    finds: ['ingress-by-reference: is open to 10.0.0.0/16, which is not on the list'],
  },
  'a group that is open by itself': {
    kind: 'SecurityGroup',
    inputs: { ingress: rule({ cidrBlocks: ['0.0.0.0/0'], ipv6CidrBlocks: ['::/0'] }) },
    finds: ['is open to everybody (0.0.0.0/0)', 'is open to everybody (::/0)'],
  },
  'a rule of the older kind': {
    kind: 'SecurityGroupIngressRule',
    also: { type: 'aws:ec2/securityGroupRule:SecurityGroupRule' },
    inputs: { type: 'ingress', cidrBlocks: ['0.0.0.0/0'] },
    finds: ['ingress-by-reference: is open to everybody'],
  },
  'a way out to everybody': {
    kind: 'SecurityGroupEgressRule',
    inputs: { cidrIpv4: '0.0.0.0/0' },
    finds: ['egress-by-reference: leads to 0.0.0.0/0'],
  },
  'a task with a public address': {
    kind: 'Service',
    inputs: { networkConfiguration: { assignPublicIp: true, subnets: ['subnet'] } },
    finds: ['no-public-address'],
  },
  'a subnet with public addresses': {
    kind: 'Subnet',
    inputs: { mapPublicIpOnLaunch: true },
    finds: ['no-public-address'],
  },
  'a load balancer on the Internet': {
    kind: 'LoadBalancer',
    inputs: { internal: false },
    finds: ['balancer-internal: faces the Internet', 'listener-tls: may be reached from the Internet'],
  },
  'a load balancer that passes malformed headers on': {
    kind: 'LoadBalancer',
    inputs: { dropInvalidHeaderFields: false },
    finds: ['balancer-internal: passes malformed headers on'],
  },
  'a listener of a load balancer that is not known': {
    kind: 'Listener',
    inputs: {
      loadBalancerArn: 'arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/other/1',
    },
    finds: ['listener-tls'],
  },
  'a default group that lets its members in from outside': {
    kind: 'DefaultSecurityGroup',
    inputs: { ingress: rule({ cidrBlocks: ['0.0.0.0/0'] }) },
    finds: ['ingress-by-reference: is open to everybody'],
  },
  'a gateway that nobody has asked for': {
    kind: 'Subnet',
    also: { type: 'aws:ec2/internetGateway:InternetGateway' },
    finds: ['no-gateway'],
  },
};
