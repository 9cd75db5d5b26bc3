import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Control } from './control/control.ts';
import { until } from './embedded/testing.ts';
import { rawText } from './raw-text.ts';
import type { ProcessEvent, Target } from './target.ts';
import type { ComponentName } from './topology/component.ts';
import { topologyOf } from './topology.ts';

/** A target with the small services of embedded/fixtures, not started, and what is seen of it from outside. */
export interface World {
  readonly target: Target;
  /** What there is of the stack on this machine. */
  readonly leftovers: () => Promise<readonly string[]>;
  /** Told before the first and after the last change, each of which has been taken back by then. */
  readonly beforeChanges?: () => Promise<void>;
  readonly afterChanges?: (t: TestContext) => Promise<void>;
}

const SERVICES = ['operator', 'auth-service', 'payment-worker', 'web-api'] as const;

/** What the verbs of a target mean; every target has to hold to it. One stack for all steps, since a start is what costs. */
export async function keepsTheContract(t: TestContext, world: World): Promise<void> {
  const { target } = world;
  const seen: ProcessEvent[] = [];
  const reading = (async () => {
    for await (const event of target.events()) seen.push(event);
  })();
  await target.start();
  const control = await Control.start({ target });
  t.after(() => control.close());

  const answered: string[] = [];
  const ask = async (service: ComponentName, path = '/') => {
    const asked = `${path}?n=${answered.length}`;
    const response = await fetch(target.address(service).url + asked);
    const body = (await response.json()) as Record<string, string>;
    answered.push(asked);
    return body;
  };
  const since = (mark: number, service: ComponentName) =>
    seen.slice(mark).filter((event) => event.service === service);
  const eventsSince = (mark: number, service: ComponentName, count: number) =>
    until(
      `${count} events of ${service}`,
      () => since(mark, service).length >= count && since(mark, service),
    );
  const linesOf = async (service: ComponentName) => {
    const lines: string[] = [];
    for await (const line of target.logs(service)) lines.push(line);
    return lines;
  };
  /** Through the one door of scripts, which has the operator log the change. */
  const change = async (body: { kind: string; service: ComponentName } & Record<string, unknown>) => {
    const before = (await linesOf('operator')).length;
    const response = await fetch(`${control.address.url}/changes`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${target.secrets().controlToken}`,
      },
      body: JSON.stringify(body),
    });
    const { kind, service, actor, from, to, status } = (await response.json()) as Record<string, string>;
    // written before it was answered, and by way of the engine where that keeps the logs
    const line = await until('the operator tells of the change', async () => {
      const lines = await linesOf('operator');
      return lines.length > before && lines.at(-1);
    });
    const { body: told } = JSON.parse(line) as { body: string };
    const about = JSON.parse(told) as Record<string, string>;
    assert.equal(about.status, status);
    assert.deepEqual([about.kind, about.service, about.actor], [kind, service, actor]);
    if (status === 'applied') assert.deepEqual([about.from, about.to], [from, to]);
    return { code: response.status, status, from: about.from, to: about.to };
  };

  /** Each step finds the stack as the one before has left it: after the first that fails there is nothing to be learned. */
  const step = async (name: string, work: () => Promise<void>) => {
    const failed: unknown[] = [];
    await t.test(name, () =>
      work().catch((error: unknown) => {
        failed.push(error);
        throw error;
      }),
    );
    if (failed.length > 0) throw failed[0];
  };

  await step('start: everything answers, in the order of needs', async () => {
    assert.equal((await ask('web-api')).version, '1.8.0');
    const order = seen.filter(({ type }) => type === 'started').map(({ service }) => service);
    const components = topologyOf(target.kind);
    assert.deepEqual(order.toSorted(), components.map(({ name }) => name).toSorted());
    for (const { name, needs } of components)
      for (const need of needs)
        assert.ok(order.indexOf(need) < order.indexOf(name), `${need} before ${name}`);
    assert.deepEqual(target.versions(), Object.fromEntries(SERVICES.map((name) => [name, '1.8.0'])));
    assert.ok((await world.leftovers()).length > 0);
    await world.beforeChanges?.();
  });

  await step('deploy: another release runs at the same address', async () => {
    const [mark, address] = [seen.length, target.address('web-api').url];
    const applied = await change({ kind: 'deployment', service: 'web-api', release: '1.8.1' });
    assert.deepEqual(applied, { code: 200, status: 'applied', from: '1.8.0', to: '1.8.1' });
    assert.equal(target.address('web-api').url, address);
    assert.equal((await ask('web-api')).version, '1.8.1');
    const [exited, started] = await eventsSince(mark, 'web-api', 2);
    assert.ok(exited?.type === 'exited' && exited.expected && exited.code === 0 && exited.pid > 0);
    assert.ok(started?.type === 'started' && started.version === '1.8.1');
  });

  await step('deploy: what does not come up is refused, and the release before it runs', async () => {
    await assert.rejects(target.deploy({ service: 'auth-service', release: '1.8.1' }), {
      code: 'COMPONENT_FAILED',
      message: /^auth-service ended with code 3; the end of its log:\n(.*\n)* *configuration is incomplete$/,
    });
    assert.equal((await ask('auth-service')).version, '1.8.0');
    assert.equal(target.versions()['auth-service'], '1.8.0');
    await assert.rejects(target.deploy({ service: 'web-api', release: '7.0.0' }), {
      code: 'RELEASE_UNKNOWN',
      message: /^release of web-api must be one of 1\.8\.0, 1\.8\.1(, [\d.]+)*, got "7\.0\.0"$/,
    });
  });

  await step('setEnv: a setting with which it does not come up is refused and told as failed', async () => {
    const applied = await change({ kind: 'config', service: 'web-api', env: { PORT: '70000' } });
    assert.deepEqual(applied, { code: 502, status: 'failed', from: '1.8.1', to: '1.8.1' });
    const { version, PORT } = await ask('web-api', '/env');
    assert.equal(version, '1.8.1');
    assert.notEqual(PORT, '70000');
  });

  await step('rollback: the release before, and no further than the first', async () => {
    const applied = await change({ kind: 'rollback', service: 'web-api' });
    assert.deepEqual(applied, { code: 200, status: 'applied', from: '1.8.1', to: '1.8.0' });
    assert.equal((await ask('web-api')).version, '1.8.0');
    await assert.rejects(target.rollback('web-api'), { code: 'NO_EARLIER_RELEASE' });
  });

  await step('restart: the process ends in order and another one starts', async () => {
    const mark = seen.length;
    const { started: before } = await ask('auth-service');
    await change({ kind: 'restart', service: 'auth-service' });
    assert.notEqual((await ask('auth-service')).started, before);
    const [exited, started] = await eventsSince(mark, 'auth-service', 2);
    assert.ok(exited?.type === 'exited' && exited.expected && exited.code === 0);
    assert.equal(started?.type, 'started');
  });

  await step('a crash is told, and followed by a start', async () => {
    const mark = seen.length;
    await assert.rejects(ask('auth-service', '/crash'));
    const [exited, restarted] = await eventsSince(mark, 'auth-service', 2);
    assert.ok(exited?.type === 'exited' && !exited.expected && exited.code === 70 && !exited.oom);
    assert.equal(restarted?.type, 'restarted');
    await until('an answer', () => ask('auth-service').catch(() => undefined));
  });

  await step('setEnv: environment and limits of the next process', async () => {
    const env = { PAYMENT_RETRIES: '7', METRICS_TOKEN: null };
    await change({ kind: 'config', service: 'payment-worker', env, limits: { heapMiB: 32 } });
    const own = await ask('payment-worker', '/env');
    assert.equal(own.PAYMENT_RETRIES, '7');
    assert.equal(own.METRICS_TOKEN, undefined);
    assert.equal(own.NODE_OPTIONS, '--max-old-space-size=32');
  });

  await step('running out of memory is told as such', async () => {
    const mark = seen.length;
    await assert.rejects(ask('payment-worker', '/fill'));
    const [exited] = await eventsSince(mark, 'payment-worker', 2);
    assert.ok(exited?.type === 'exited' && exited.oom && !exited.expected);
    assert.equal(exited.signal, 'SIGABRT');
  });

  await step('setEnv: what was set is taken back', async () => {
    const env = { PAYMENT_RETRIES: null, METRICS_TOKEN: target.secrets().metricsToken };
    await target.setEnv({ service: 'payment-worker', env, limits: { heapMiB: 128 } });
    const own = await ask('payment-worker', '/env');
    assert.equal(own.PAYMENT_RETRIES, undefined);
    assert.equal(own.METRICS_TOKEN, target.secrets().metricsToken);
    assert.equal(own.NODE_OPTIONS, '--max-old-space-size=128');
  });

  await step('scale: up and down, within what the topology allows', async () => {
    const mark = seen.length;
    const up = await change({ kind: 'scaling', service: 'payment-worker', replicas: 3 });
    assert.deepEqual([up.from, up.to], ['1', '3']);
    const down = await target.scale({ service: 'payment-worker', replicas: 1 });
    assert.deepEqual(down, { service: 'payment-worker', from: '3', to: '1' });
    const told = await eventsSince(mark, 'payment-worker', 4);
    const both = (type: string) => told.filter((event) => event.type === type).map(({ replica }) => replica);
    assert.deepEqual(both('started').toSorted(), [2, 3]);
    assert.deepEqual(both('exited').toSorted(), [2, 3]);
    assert.equal(told.length, 4);
    await assert.rejects(target.scale({ service: 'web-api', replicas: 2 }), { code: 'REPLICAS_INVALID' });
    await assert.rejects(target.scale({ service: 'payment-worker', replicas: 9 }), {
      code: 'REPLICAS_INVALID',
    });
  });

  await world.afterChanges?.(t);

  await step('stop: everything written is in the raw bucket, and nothing is left', async () => {
    await target.stopServices();
    // V8's last words among them are indented, which the collector may trim
    const written = (await Promise.all(SERVICES.map(linesOf))).flat().filter((line) => line.startsWith('{'));
    const report = await target.stopCollector();
    assert.equal(report.drained, true);
    if (report.lines !== null) assert.equal(report.linesRead, report.lines);
    assert.equal(report.sent.logs, report.accepted.logs);
    const losses = [report.refused, report.sendFailed, report.enqueueFailed];
    assert.deepEqual(losses, Array(3).fill({ logs: 0, traces: 0, metrics: 0 }));
    assert.equal(report.processEventsLost, 0);

    const logs = await rawText(target, 'logs');
    assert.ok(written.filter((line) => line.includes('"closed"')).length >= SERVICES.length);
    for (const line of written) assert.ok(logs.includes(line), line);
    for (const asked of answered) assert.ok(logs.includes(`"path":"${asked}"`), asked);
    for (const action of ['start', 'stop', 'exit', 'oom', 'restart'])
      assert.match(logs, new RegExp(`"process":{"action":"${action}","service":"[a-z-]+"`));
    const metrics = await rawText(target, 'metrics');
    assert.ok(metrics.includes('postgresql.db_size') && metrics.includes('redis.clients.connected'));
    for (const secret of Object.values(target.secrets())) assert.ok(!logs.includes(secret));

    await target.stop();
    await target.stop();
    await reading;
    assert.deepEqual(await world.leftovers(), []);
  });
}
