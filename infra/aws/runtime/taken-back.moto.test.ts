import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RevertibleChanges } from '../../control/revertible.ts';
import { componentOf } from '../../topology.ts';
import { secondOf, targetWorld, updates } from '../testing/target-world.ts';

test('a release that fails and cannot be taken back is told as such, and reverted later', async (t) => {
  let isDenied = true;
  const made = await targetWorld(t, {
    becomes: secondOf('FAILED'),
    refuses: (call, asked) => isDenied && call === 'UpdateService' && updates(asked) > 1,
  });
  if (!made) return;
  const { target, operator, service } = made;
  await target.start();
  const changes = new RevertibleChanges(target);
  const { status, body } = await changes.apply({
    ...{ kind: 'deployment', service: 'web-api', release: '1.8.1' },
  });
  const { error, message, from, to } = body as Record<string, string>;
  assert.deepEqual([status, error, from, to], [502, 'COMPONENT_NOT_STEADY', '1.8.0', '1.8.1']);
  assert.match(String(message), /what ran before could not be brought back: the role may not/);
  assert.equal(target.versions()['web-api'], '1.8.1');
  isDenied = false;
  assert.deepEqual(
    (await changes.revertAll()).reverted.map(({ thing }) => thing),
    ['release web-api'],
  );
  assert.match((await service('web-api'))?.taskDefinition ?? '', /web-api:1$/);
  assert.deepEqual(
    operator.received.map(({ body: told }) => (JSON.parse(told) as { status: string }).status),
    ['failed', 'applied'],
  );
});

test('limits are those that the stack was made with, also where the topology has others', async (t) => {
  const made = await targetWorld(t);
  if (!made) return;
  const { target, service, makeBase } = made;
  const { heapMiB = 0 } = componentOf('web-api').limits;
  await makeBase('web-api', { heapMiB: heapMiB * 2 });
  await target.start();
  const changes = new RevertibleChanges(target);
  const limit = (heap: number) =>
    changes.apply({ kind: 'config', service: 'web-api', limits: { heapMiB: heap } });
  const revision = async () => (await service('web-api'))?.taskDefinition?.split(':').at(-1);
  await limit(heapMiB);
  assert.equal(await revision(), '3');
  await changes.revertAll();
  assert.equal(await revision(), '2');
});

test('what was changed before the control API was replaced is taken back by the next one', async (t) => {
  const made = await targetWorld(t);
  if (!made) return;
  const { target, find, service } = made;
  await target.start();
  const before = new RevertibleChanges(target);
  const web = { service: 'web-api' };
  await before.apply({ kind: 'deployment', ...web, release: '1.8.1' });
  await before.apply({ kind: 'deployment', ...web, release: '1.8.2' });
  await before.apply({ kind: 'config', ...web, env: { EXTRA: '1' }, limits: { heapMiB: 64 } });
  const next = find();
  await next.start();
  const { reverted, failed } = await new RevertibleChanges(next).revertAll();
  assert.deepEqual(failed, []);
  assert.deepEqual(
    reverted.map(({ thing }) => thing),
    ['limit heapMiB of web-api', 'variable EXTRA of web-api', 'release web-api'],
  );
  const { taskDefinition = '' } = (await service('web-api')) ?? {};
  const third = find();
  await third.start();
  assert.equal(third.versions()['web-api'], '1.8.0');
  assert.deepEqual(await new RevertibleChanges(third).revertAll(), { reverted: [], failed: [] });
  assert.equal((await service('web-api'))?.taskDefinition, taskDefinition);
});
