import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { havePrograms, isRunning, makeTarget, rawText, until } from './embedded/testing.ts';
import type { ProcessEvent } from './target.ts';
import type { ComponentName } from './topology/component.ts';

// What the verbs of a target mean; every target has to hold to it. One stack for all steps, since a start is what costs.
describe('an embedded target', () => {
  test('keeps the contract of all targets', { timeout: 120_000 }, async (t) => {
    if (!(await havePrograms(t))) return;
    const { target, s3Root, stateDir } = await makeTarget(t);
    const seen: ProcessEvent[] = [];
    const reading = (async () => {
      for await (const event of target.events()) seen.push(event);
    })();
    await target.start();

    const ask = async (service: ComponentName, path = '/') => {
      const response = await fetch(target.address(service).url + path);
      return (await response.json()) as Record<string, string>;
    };
    const since = (mark: number, service: ComponentName) =>
      seen.slice(mark).filter((event) => event.service === service);
    const typesSince = (mark: number, service: ComponentName) => since(mark, service).map(({ type }) => type);

    await t.test('start: everything answers, in the order of needs', async () => {
      assert.equal((await ask('web-api')).version, '1.8.0');
      assert.equal((await fetch(`${target.address('s3').url}/health`)).status, 200);
      const order = seen.filter(({ type }) => type === 'started').map(({ service }) => service);
      assert.equal(order.length, 10);
      assert.ok(order.indexOf('postgres') < order.indexOf('collector'));
      assert.ok(order.indexOf('database-setup') < order.indexOf('auth-service'));
      assert.equal(order.at(-1), 'web-api');
      assert.deepEqual(target.versions(), {
        operator: '1.8.0',
        'auth-service': '1.8.0',
        'payment-worker': '1.8.0',
        'web-api': '1.8.0',
      });
    });

    await t.test('deploy: another release runs at the same address', async () => {
      const [mark, address] = [seen.length, target.address('web-api').url];
      const applied = await target.deploy({ service: 'web-api', release: '1.8.1' });
      assert.deepEqual(applied, { service: 'web-api', from: '1.8.0', to: '1.8.1' });
      assert.equal(target.address('web-api').url, address);
      assert.equal((await ask('web-api')).version, '1.8.1');
      const [exited, started] = since(mark, 'web-api');
      assert.ok(exited?.type === 'exited' && exited.expected && exited.code === 0);
      assert.ok(started?.type === 'started' && started.version === '1.8.1');
    });

    await t.test('deploy: what does not come up is refused, and the release before it runs', async () => {
      await assert.rejects(target.deploy({ service: 'web-api', release: '1.9.0' }), {
        code: 'COMPONENT_FAILED',
        message: /web-api ended with code 3; the end of its log:[\s\S]*configuration is incomplete/,
      });
      assert.equal((await ask('web-api')).version, '1.8.1');
      await assert.rejects(target.deploy({ service: 'web-api', release: '7.0.0' }), {
        code: 'RELEASE_UNKNOWN',
        message: 'release of web-api must be one of 1.8.0, 1.8.1, 1.9.0, got "7.0.0"',
      });
    });

    await t.test('rollback: the release before, and no further than the first', async () => {
      const applied = await target.rollback('web-api');
      assert.deepEqual(applied, { service: 'web-api', from: '1.8.1', to: '1.8.0' });
      assert.equal((await ask('web-api')).version, '1.8.0');
      await assert.rejects(target.rollback('web-api'), { code: 'NO_EARLIER_RELEASE' });
    });

    await t.test('restart: the process ends in order and another one starts', async () => {
      const mark = seen.length;
      const { instance } = await ask('auth-service');
      await target.restart('auth-service');
      assert.notEqual((await ask('auth-service')).instance, instance);
      await until('both events', () => since(mark, 'auth-service').length === 2);
      assert.deepEqual(typesSince(mark, 'auth-service'), ['exited', 'started']);
    });

    await t.test('a crash is told, and followed by a start', async () => {
      const mark = seen.length;
      await assert.rejects(ask('auth-service', '/crash'));
      await until('the restart', () => since(mark, 'auth-service').length === 2);
      const [exited, restarted] = since(mark, 'auth-service');
      assert.ok(exited?.type === 'exited' && !exited.expected && exited.code === 70 && !exited.oom);
      assert.equal(restarted?.type, 'restarted');
      await until('an answer', () => ask('auth-service').catch(() => undefined));
    });

    await t.test('setEnv: environment and limits of the next process', async () => {
      await target.setEnv({
        service: 'payment-worker',
        env: { PAYMENT_RETRIES: '7', METRICS_TOKEN: null },
        limits: { heapMiB: 32 },
      });
      const env = await ask('payment-worker', '/env');
      assert.equal(env.PAYMENT_RETRIES, '7');
      assert.equal(env.METRICS_TOKEN, undefined);
      assert.equal(env.NODE_OPTIONS, '--max-old-space-size=32');
    });

    await t.test('running out of memory is told as such', async () => {
      const mark = seen.length;
      await assert.rejects(ask('payment-worker', '/fill'));
      await until('the restart', () => since(mark, 'payment-worker').length === 2);
      const [exited] = since(mark, 'payment-worker');
      assert.ok(exited?.type === 'exited' && exited.oom && !exited.expected);
    });

    await t.test('scale: up and down, within what the topology allows', async () => {
      const mark = seen.length;
      const up = await target.scale({ service: 'payment-worker', replicas: 3 });
      assert.deepEqual(up, { service: 'payment-worker', from: '1', to: '3' });
      await target.scale({ service: 'payment-worker', replicas: 1 });
      await until('all events', () => since(mark, 'payment-worker').length === 4);
      const told = since(mark, 'payment-worker').map(({ type, replica }) => `${type} ${replica}`);
      assert.deepEqual(told, ['started 2', 'started 3', 'exited 3', 'exited 2']);
      await assert.rejects(target.scale({ service: 'web-api', replicas: 2 }), { code: 'REPLICAS_INVALID' });
      await assert.rejects(target.scale({ service: 'payment-worker', replicas: 9 }), {
        code: 'REPLICAS_INVALID',
      });
    });

    await t.test('logs: the lines that a component wrote', async () => {
      await ask('web-api', '/looked-for');
      const lines: string[] = [];
      for await (const line of target.logs('web-api')) lines.push(line);
      assert.ok(lines.some((line) => line.includes('/looked-for')));
      assert.ok(lines.length > 3 && lines.every((line) => line !== ''));
    });

    await t.test('stop: everything written is in the raw bucket, and nothing is left', async () => {
      await target.stopServices();
      const report = await target.stopCollector();
      assert.equal(report.drained, true);
      assert.equal(report.linesRead, report.lines);
      assert.equal(report.sent.logs, report.accepted.logs);
      const losses = [report.refused, report.sendFailed, report.enqueueFailed];
      assert.deepEqual(losses, Array(3).fill({ logs: 0, traces: 0, metrics: 0 }));
      assert.equal(report.processEventsLost, 0);
      await target.stop();
      await target.stop();
      await reading;
      for (const { pid, service } of seen) assert.equal(await isRunning(pid), false, service);
      await assert.rejects(access(`${stateDir}/stack.json`));

      const logs = await rawText(s3Root, 'logs');
      assert.match(logs, /"path":"\/looked-for"/);
      for (const action of ['start', 'stop', 'exit', 'oom', 'restart'])
        assert.match(logs, new RegExp(`"process":{"action":"${action}","service":"[a-z-]+"`));
      const metrics = await rawText(s3Root, 'metrics');
      assert.ok(metrics.includes('postgresql.db_size') && metrics.includes('redis.clients.connected'));
      for (const secret of Object.values(target.secrets())) assert.ok(!logs.includes(secret));
    });
  });
});
