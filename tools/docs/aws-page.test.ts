import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { mockedAwsStack } from '../../infra/aws/testing/mocked-stack.ts';
import { STACK } from './aws-cost.ts';
import { AWS_TABLES } from './aws-tables.ts';
import { withTables } from './with-tables.ts';

test('the tables of docs/aws.md are those of today (npm run docs makes them anew)', () => {
  const page = readFileSync(new URL('../../docs/aws.md', import.meta.url), 'utf8');
  assert.match(page, /\| \*\*a run of 2 hours\*\* \|/);
  assert.equal(page, withTables(page, AWS_TABLES));
});

test('what is paid for is what the program makes', async () => {
  const { resources } = await mockedAwsStack();
  const of = (kind: string) => resources.filter(({ type }) => type.endsWith(kind));
  const task = (name: string) => {
    const found = of('ecs/taskDefinition:TaskDefinition').find((one) => one.name === `storefront-${name}`);
    return { vcpu: Number(found?.inputs.cpu) / 1024, gb: Number(found?.inputs.memory) / 1024 };
  };
  const services = of('ecs/service:Service').map(({ name }) => name.replace('storefront-', ''));
  assert.equal(services.length, STACK.services + 1);
  for (const name of services)
    assert.deepEqual(task(name), name === 'control' ? STACK.control : STACK.service, name);
  assert.deepEqual([task('load'), task('seal')], [STACK.load, STACK.seal]);
  const [database] = of('rds/instance:Instance');
  const [cache] = of('elasticache/replicationGroup:ReplicationGroup');
  assert.deepEqual(
    [database?.inputs.instanceClass, database?.inputs.allocatedStorage, cache?.inputs.nodeType],
    ['db.t4g.micro', STACK.databaseGb, 'cache.t4g.micro'],
  );
  assert.deepEqual(
    {
      caches: of('elasticache/replicationGroup:ReplicationGroup').length,
      balancers: of('lb/loadBalancer:LoadBalancer').length,
      endpoints: of('vpcEndpoint:VpcEndpoint').filter(({ inputs }) => inputs.vpcEndpointType === 'Interface')
        .length,
      secrets: of('secret:Secret').length,
      names: of('servicediscovery/service:Service').length,
    },
    {
      ...{ caches: STACK.caches, balancers: STACK.balancers, endpoints: STACK.endpoints },
      ...{ secrets: STACK.secrets, names: STACK.names },
    },
  );
});
