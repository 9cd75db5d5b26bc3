import assert from 'node:assert/strict';
import { test } from 'node:test';
import { havePrograms, makeTarget } from '../embedded/testing.ts';
import { Control } from './control.ts';

type Answer = { status: number; body: Record<string, unknown> };

test('whatever changes have left is taken back, the newest first', { timeout: 90_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t);
  await target.start();
  const control = await Control.start({ target });
  t.after(() => control.close());
  const token = target.secrets().controlToken;
  const post = async (path: string, body?: object): Promise<Answer> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const response = await fetch(`${control.address.url}${path}`, {
      method: 'POST',
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const change = async (body: object) => assert.equal((await post('/changes', body)).status, 200);
  /** What the operator was asked for or told, since the last call. */
  let seen = 0;
  const told = async () => {
    const lines: Record<string, unknown>[] = [];
    for await (const line of target.logs('operator')) {
      const { path, body } = JSON.parse(line) as { path?: string; body?: string };
      if (path === '/changes') lines.push(JSON.parse(body ?? ''));
    }
    const from = seen;
    seen = lines.length;
    return lines.slice(from);
  };
  const actor = 'release-manager';
  const web = { service: 'web-api', actor };
  const flag = (name: string, value: boolean) => ({ kind: 'feature_flag', flag: name, value, actor });
  const migration = (direction: string) => ({ kind: 'migration', migration: '0007_x', direction, actor });
  const worker = (replicas: number) => ({ kind: 'scaling', service: 'payment-worker', replicas, actor });

  await t.test('nothing to do, and only with the token', async () => {
    assert.deepEqual(await control.revertAll(), { reverted: [], failed: [] });
    assert.deepEqual(await post('/changes/revert'), { status: 200, body: { reverted: [], failed: [] } });
    const foreign = await fetch(`${control.address.url}/changes/revert`, { method: 'POST' });
    assert.equal(foreign.status, 401);
    assert.deepEqual(await told(), []);
  });

  await t.test(
    'each thing once, as it was before its first change; what is as it was is left alone',
    async () => {
      await change({ kind: 'deployment', ...web, release: '1.8.1' });
      await change(flag('a', true));
      await change(flag('b', true));
      await change(migration('up'));
      await change(worker(2));
      await change({ kind: 'cache_flush', target: 'cache', actor });
      await change({ kind: 'restart', service: 'web-api', actor });
      await change({ kind: 'config', ...web, env: { EXTRA: '1' }, limits: { heapMiB: 64 } });
      await change(flag('b', false)); // back by itself
      await change(flag('a', true)); // once more, and newest
      assert.equal((await post('/changes', { kind: 'deployment', ...web, release: '7.0.0' })).status, 400);
      await told();
      const [{ body }, again] = await Promise.all([post('/changes/revert'), control.revertAll()]);
      assert.deepEqual(body, again);
      assert.deepEqual(
        again.reverted.map(({ thing }) => thing),
        [
          'feature_flag a',
          'limit heapMiB of web-api',
          'variable EXTRA of web-api',
          'replicas payment-worker',
          'migration 0007_x',
          'release web-api',
        ],
      );
      assert.deepEqual(again.failed, []);
      assert.equal(target.versions()['web-api'], '1.8.0');
      const events = await told();
      assert.deepEqual(events[0], flag('a', false));
      assert.deepEqual(events[4], migration('down'));
      assert.equal(events[3]?.to, '1');
      assert.deepEqual([events[5]?.kind, events[5]?.from, events[5]?.to], ['rollback', '1.8.1', '1.8.0']);
      assert.deepEqual(await control.revertAll(), { reverted: [], failed: [] });
      const env = (await (await fetch(`${target.address('web-api').url}/env`)).json()) as Record<
        string,
        string
      >;
      assert.equal(env.EXTRA, undefined);
    },
  );

  await t.test('what failed and was taken back is left alone, what may have been left is not', async () => {
    const { status, body } = await post('/changes', flag('late', true));
    assert.deepEqual([status, body.error], [500, 'CHANGE_FAILED']);
    assert.deepEqual(await control.revertAll(), { reverted: [], failed: [] });
    assert.equal((await post('/changes', flag('unwell', true))).status, 500);
    const { reverted } = await control.revertAll();
    assert.deepEqual(
      reverted.map(({ thing }) => thing),
      ['feature_flag unwell'],
    );
  });

  await t.test('a flag that was set to what it was is no difference', async () => {
    await change(flag('d', false));
    assert.deepEqual(await control.revertAll(), { reverted: [], failed: [] });
  });

  await t.test('several deployments end at the first release', async () => {
    await change({ kind: 'deployment', ...web, release: '1.8.1' });
    await change({ kind: 'deployment', ...web, release: '1.8.0' });
    await change({ kind: 'deployment', ...web, release: '1.8.1' });
    await control.revertAll();
    assert.equal(target.versions()['web-api'], '1.8.0');
    assert.deepEqual(await control.revertAll(), { reverted: [], failed: [] });
  });

  await t.test(
    'an operator that is away is told as such; the rest is taken back, and that later',
    async () => {
      await change({ kind: 'deployment', ...web, release: '1.8.1' });
      await change(flag('a', true));
      const bringBack = await target.takeDown('operator');
      const { status, body } = await post('/changes', flag('c', true));
      assert.equal(status, 502);
      assert.equal(body.error, 'OPERATOR_AWAY');
      assert.match(String(body.message), /operator at http:.* must answer, ECONNREFUSED/);
      const without = await post('/changes/revert');
      assert.equal(without.status, 502);
      const { failed, reverted } = without.body as {
        failed: { thing: string }[];
        reverted: { thing: string }[];
      };
      assert.deepEqual(
        failed.map(({ thing }) => thing),
        ['feature_flag c', 'feature_flag a'],
      );
      assert.deepEqual(
        reverted.map(({ thing }) => thing),
        ['release web-api'],
      );
      await bringBack();
      const later = await control.revertAll();
      assert.deepEqual(
        later.reverted.map(({ thing }) => thing),
        ['feature_flag c', 'feature_flag a'],
      );
    },
  );
});
