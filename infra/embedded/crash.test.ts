import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessEvent } from '../target.ts';
import { havePrograms, makeTarget, until } from './testing.ts';

test('what keeps crashing is started again after pauses that grow', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t, { components: ['cache'] });
  const events = target.events();
  await target.start();
  const seen: ProcessEvent[] = [];
  void (async () => {
    for await (const event of events) seen.push(event);
  })();
  for (let crash = 1; crash <= 4; crash += 1) {
    const pid = await until('a process', () => target.pid('cache'));
    process.kill(pid, 'SIGKILL');
    await until('a restart', () => seen.filter(({ type }) => type === 'restarted').length === crash);
  }
  const exits = seen.filter((event) => event.type === 'exited');
  assert.ok(exits.every(({ signal, expected }) => signal === 'SIGKILL' && !expected));
  const restarts = seen.filter(({ type }) => type === 'restarted');
  const pauses = restarts.map(({ time }, index) => time - (exits[index]?.time ?? 0));
  assert.deepEqual(
    pauses,
    pauses.toSorted((a, b) => a - b),
  );
});

test('a start that fails says why, and leaves nothing', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t, { components: ['collector'], programs: { otelcol: '/bin/false' } });
  await assert.rejects(target.start(), { code: 'COMPONENT_FAILED', message: /^collector ended with code 1/ });
  for (const name of ['s3', 'postgres', 'cache', 'queue'] as const) assert.equal(target.pid(name), undefined);
});

test('a start that is interrupted ends at once, and leaves nothing', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const interrupt = new AbortController();
  const { target } = await makeTarget(t, { components: ['postgres'], signal: interrupt.signal });
  const starting = target.start();
  interrupt.abort(new Error('interrupted'));
  await assert.rejects(starting, /interrupted/);
  assert.equal(target.pid('postgres'), undefined);
});
