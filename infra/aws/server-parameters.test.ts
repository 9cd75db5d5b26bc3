import assert from 'node:assert/strict';
import { test } from 'node:test';
import { elasticacheParameters, NOT_IN_ELASTICACHE, NOT_IN_RDS, rdsParameters } from './server-parameters.ts';
import { mockedAwsStack } from './testing/mocked-stack.ts';
import { ofType } from './testing/tasks.ts';

test('a setting comes in the unit that RDS takes it in', () => {
  const settings = { shared_buffers: '128MB', work_mem: '8MB', deadlock_timeout: '1s', log_lock_waits: 'on' };
  const values = rdsParameters({ ...settings, max_wal_size: '1GB' }).map(
    ({ name, value }) => `${name}=${value}`,
  );
  assert.deepEqual(values, [
    'shared_buffers=16384', // pages of 8 kB
    'work_mem=8192', // kB
    'deadlock_timeout=1000', // ms
    'log_lock_waits=1',
    'max_wal_size=1024', // MB
    'rds.force_ssl=1',
  ]);
});

test('one that is read at the start only waits for it', () => {
  const [first, second] = rdsParameters({ shared_buffers: '128MB', work_mem: '8MB' });
  assert.deepEqual([first?.applyMethod, second?.applyMethod], ['pending-reboot', 'immediate']);
});

test('what nobody has looked at is refused, and so is what has no unit', () => {
  assert.throws(
    () => rdsParameters({ wal_level: 'logical' }),
    /wal_level .+ say in infra\/aws\/server-parameters.ts/,
  );
  assert.throws(
    () => elasticacheParameters({ timeout: '5' }),
    /timeout .+ say in infra\/aws\/server-parameters.ts/,
  );
  assert.throws(() => rdsParameters({ work_mem: '8' }), /8 must be a number with one of kB, MB, GB/);
});

test('the groups of the stack have every setting of the topology but those that are not taken', async () => {
  const stack = await mockedAwsStack();
  const names = (type: string) =>
    Object.fromEntries(
      ofType(stack, type).map(({ name, inputs }) => [
        name,
        (inputs.parameters as { name: string }[]).map((parameter) => parameter.name),
      ]),
    );
  const redis = names('elasticache/parameterGroup:ParameterGroup');
  assert.deepEqual(redis, {
    'storefront-cache': ['maxmemory-policy'],
    'storefront-queue': ['maxmemory-policy'],
  });
  const { 'storefront-postgres': postgres = [] } = names('rds/parameterGroup:ParameterGroup');
  assert.equal(postgres.length, 18);
  for (const left of [...Object.keys(NOT_IN_RDS), ...Object.keys(NOT_IN_ELASTICACHE)])
    assert.ok(!postgres.includes(left), left);
  const [instance] = ofType(stack, 'rds/instance:Instance');
  const [group] = ofType(stack, 'rds/parameterGroup:ParameterGroup');
  assert.deepEqual([instance?.inputs.engineVersion, group?.inputs.family], ['18', 'postgres18']);
});
