import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MockedAwsStack, mockedAwsStack } from './testing/mocked-stack.ts';
import { ofType } from './testing/tasks.ts';

const ALLOW = ['198.51.100.0/24', '203.0.113.7/32'];
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d';
const closed = await mockedAwsStack();
const open = await mockedAwsStack({ allow: ALLOW, certificate: CERTIFICATE, host: 'shop.example.org' });

interface Rule {
  readonly securityGroupId: string;
  readonly referencedSecurityGroupId?: string;
  readonly cidrIpv4?: string;
  readonly prefixListId?: string;
  readonly fromPort: number;
  readonly toPort: number;
}

const rulesOf = (stack: MockedAwsStack, kind: 'Ingress' | 'Egress') =>
  ofType(stack, `vpc/securityGroup${kind}Rule:SecurityGroup${kind}Rule`).map(
    ({ inputs }) => inputs as unknown as Rule,
  );
const groupName = (id: string | undefined) => String(id).replace(/^storefront-|-id$/g, '');

/** `from → to:port`, by what the side says that takes the connection. */
const taken = (stack: MockedAwsStack) =>
  rulesOf(stack, 'Ingress').map(
    (rule) =>
      `${rule.cidrIpv4 ?? groupName(rule.referencedSecurityGroupId)} → ${groupName(rule.securityGroupId)}:${rule.fromPort}`,
  );
/** Likewise, by what the side says that begins it. */
const begun = (stack: MockedAwsStack) =>
  rulesOf(stack, 'Egress').map(
    (rule) =>
      `${groupName(rule.securityGroupId)} → ${rule.prefixListId ?? groupName(rule.referencedSecurityGroupId)}:${rule.fromPort}`,
  );

/** All connections inside the network but those to the endpoints. */
const CONNECTIONS = [
  ...['database-setup', 'operator', 'auth-service', 'payment-worker', 'web-api', 'collector'].map(
    (name) => `${name} → postgres:5432`,
  ),
  ...['operator', 'auth-service', 'web-api', 'collector'].map((name) => `${name} → cache:6379`),
  ...['operator', 'payment-worker', 'web-api', 'collector'].map((name) => `${name} → queue:6379`),
  ...['database-setup', 'operator', 'auth-service', 'payment-worker', 'web-api'].flatMap((name) => [
    `${name} → collector:4318`,
    `${name} → collector:24224`,
  ]),
  'web-api → auth-service:8080',
  ...['operator', 'auth-service', 'payment-worker', 'web-api'].map((name) => `prometheus → ${name}:8080`),
  'prometheus → collector:8888',
  'collector → prometheus:9090',
  'load-balancer → web-api:8080',
  'load → load-balancer:80',
  'load → control:8089',
  'load → payment-worker:8080',
  'load → collector:8888',
  'control → operator:8080',
  'control → collector:4318',
  'control → collector:8888',
];
const TASKS = [
  ...['collector', 'database-setup', 'operator', 'auth-service', 'payment-worker', 'web-api', 'prometheus'],
  ...['control', 'load', 'seal'],
];
const TO_ENDPOINTS = TASKS.map((name) => `${name} → endpoints:443`);

test('who may open a connection to whom is this list, and both ends say so', () => {
  assert.deepEqual(taken(closed).sort(), [...CONNECTIONS, ...TO_ENDPOINTS].sort());
  assert.deepEqual(
    begun(closed).sort(),
    [...CONNECTIONS, ...TO_ENDPOINTS, ...TASKS.map((name) => `${name} → pl-s3:443`)].sort(),
  );
  for (const rule of [...rulesOf(closed, 'Ingress'), ...rulesOf(closed, 'Egress')])
    assert.equal(rule.fromPort, rule.toPort);
});

test('no address is in a rule, and no way leads to the internet', () => {
  for (const rule of [...rulesOf(closed, 'Ingress'), ...rulesOf(closed, 'Egress')])
    assert.equal(rule.cidrIpv4, undefined);
  const types = closed.resources.map(({ type }) => type);
  for (const kind of ['ec2/internetGateway:InternetGateway', 'ec2/natGateway:NatGateway', 'ec2/eip:Eip'])
    assert.ok(!types.includes(`aws:${kind}`), kind);
  for (const { inputs } of ofType(closed, 'ec2/routeTable:RouteTable')) assert.deepEqual(inputs.routes, []);
  for (const { inputs } of ofType(closed, 'lb/loadBalancer:LoadBalancer'))
    assert.equal(inputs.internal, true);
  for (const { inputs } of ofType(closed, 'ecs/service:Service')) {
    const network = inputs.networkConfiguration as { assignPublicIp: boolean; subnets: string[] };
    assert.deepEqual([network.assignPublicIp, network.subnets], [false, ['storefront-private-1-id']]);
  }
});

test('what the tasks ask of AWS has an endpoint in the network', () => {
  const services = ofType(closed, 'ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) =>
    [String(inputs.serviceName).replace('com.amazonaws.eu-central-1.', ''), inputs.vpcEndpointType].join(' '),
  );
  assert.deepEqual(services.sort(), [
    'ecr.api Interface',
    'ecr.dkr Interface',
    'ecs Interface',
    'logs Interface',
    's3 Gateway',
    'secretsmanager Interface',
    'sqs Interface',
  ]);
});

test('who is let in comes over TLS, to web-api, by a load balancer of its own', () => {
  const more = taken(open).filter((rule) => !taken(closed).includes(rule));
  assert.deepEqual(
    more.sort(),
    [...ALLOW.map((cidr) => `${cidr} → public:443`), 'public → web-api:8080'].sort(),
  );
  const [listener] = ofType(open, 'lb/listener:Listener').filter(({ name }) => name.endsWith('public'));
  assert.deepEqual([listener?.inputs.protocol, listener?.inputs.certificateArn], ['HTTPS', CERTIFICATE]);
  const outside = ofType(open, 'lb/loadBalancer:LoadBalancer').find(
    ({ inputs }) => inputs.internal === false,
  );
  assert.ok(outside?.after.includes('aws:ec2/internetGateway:InternetGateway storefront-internet'));
  const balancers = ofType(open, 'lb/loadBalancer:LoadBalancer').map(({ name, inputs }) => [
    name,
    inputs.internal,
    inputs.subnets,
  ]);
  assert.deepEqual(balancers, [
    ['storefront-web-api', true, ['storefront-private-1-id', 'storefront-private-2-id']],
    ['storefront-public', false, ['storefront-public-1-id', 'storefront-public-2-id']],
  ]);
  const associated = ofType(open, 'ec2/routeTableAssociation:RouteTableAssociation')
    .filter(({ inputs }) => inputs.routeTableId === 'storefront-public-id')
    .map(({ inputs }) => inputs.subnetId);
  assert.deepEqual(associated, ['storefront-public-1-id', 'storefront-public-2-id']);
});
