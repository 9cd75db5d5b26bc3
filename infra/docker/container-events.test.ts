import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { until } from '../embedded/testing.ts';
import type { ProcessEvent } from '../target.ts';
import { ContainerEvents } from './container-events.ts';
import { docker } from './engine.ts';
import { readSettings } from './settings.ts';
import { needsDocker } from './testing/needs.ts';

const FILL = 'const kept = []; for (;;) kept.push(new Array(100000).fill(kept.length))';
const HEAP = '--max-old-space-size=512';
const WAIT = 'setInterval(() => {}, 1000)';

type Exit = Extract<ProcessEvent, { type: 'exited' }>;

/** A container of Node.js with 64 MiB, and the events of its process. */
async function running(t: TestContext, { name, args }: { name: string; args: readonly string[] }) {
  const container = `events-${process.pid}-${name}`;
  const seen: ProcessEvent[] = [];
  const stackLabel = `${container}.test`;
  const events = await ContainerEvents.follow({ stackLabel, onEvent: (event) => seen.push(event) });
  t.after(() => events.close());
  t.after(() => docker(['rm', '--force', container]));
  const labels = { stack: stackLabel, component: 'payment-worker', replica: '1', version: '1.8.0' };
  const { node } = readSettings(() => undefined).images;
  await docker([
    ...['run', '--detach', '--init', '--memory', '64m', '--memory-swap', '64m', '--name', container],
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `storefront.${key}=${value}`]),
    ...[node, 'node', ...args],
  ]);
  const exit = () =>
    until('the exit', () => seen.find((event): event is Exit => event.type === 'exited'), { seconds: 60 });
  return { container, exit };
}

test('what the kernel kills for want of memory is told as such', async (t) => {
  if (!(await needsDocker(t))) return;
  const { exit } = await running(t, { name: 'full', args: [HEAP, '-e', FILL] });
  const { oom, expected, signal, code, pid } = await exit();
  assert.deepEqual(
    { oom, expected, signal, code },
    { oom: true, expected: false, signal: 'SIGKILL', code: null },
  );
  assert.ok(pid > 0);
});

test('what is killed otherwise has not run out of memory', async (t) => {
  if (!(await needsDocker(t))) return;
  const { container, exit } = await running(t, { name: 'killed', args: ['-e', WAIT] });
  await docker(['kill', container]);
  const { oom, expected, signal } = await exit();
  assert.deepEqual({ oom, expected, signal }, { oom: false, expected: false, signal: 'SIGKILL' });
});

test('a process that the kernel killed is not the end of the container that outlives it', async (t) => {
  if (!(await needsDocker(t))) return;
  const child = `require('child_process').spawnSync('node', ['${HEAP}', '-e', ${JSON.stringify(FILL)}]).signal`;
  const { container, exit } = await running(t, {
    name: 'parent',
    args: ['-e', `console.log(${child}); ${WAIT}`],
  });
  const said = () => docker(['logs', container]);
  assert.equal(await until('the end of the child', said, { seconds: 60 }), 'SIGKILL\n');
  await docker(['stop', container]);
  const { oom, expected, signal } = await exit();
  assert.deepEqual({ oom, expected, signal }, { oom: false, expected: true, signal: 'SIGTERM' });
});
