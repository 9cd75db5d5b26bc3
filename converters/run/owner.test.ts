import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { stateOf, thisOwner } from './owner.ts';

test('this process is alive; one of its number that started at another time is gone', async () => {
  const owner = await thisOwner();
  assert.equal(owner.pid, process.pid);
  assert.deepEqual(await thisOwner(), owner);
  assert.equal(await stateOf(owner), 'alive');
  assert.equal(await stateOf({ ...owner, started: `${owner.started}0` }), 'gone');
  assert.equal(await stateOf({ ...owner, host: `${owner.host}-2` }), 'elsewhere');
});

test('a process that was killed is gone', async () => {
  const child = spawn('sleep', ['60']);
  const owner = { ...(await thisOwner()), pid: child.pid ?? 0 };
  child.kill('SIGKILL');
  await once(child, 'close');
  assert.equal(await stateOf(owner), 'gone');
});

test('a process that has ended, and that nobody waits for, is gone', async (t) => {
  if (process.platform !== 'linux') return t.skip('zombies are told apart on Linux only');
  // The child of a shell that becomes another program: that one never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 0.3 & echo $!; exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.after(() => parent.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: parent.stdout }), 'line')) as [string];
  const stat = () => readFile(`/proc/${line}/stat`, 'utf8');
  const deadline = performance.now() + 10_000;
  while (!/\) Z /.test(await stat()) && performance.now() < deadline) await wait(10);
  const me = await thisOwner();
  const ticks = (await stat()).split(' ')[21];
  const started = `${me.started.split(' ')[0]} ${ticks}`;
  assert.equal(await stateOf({ ...me, pid: Number(line), started }), 'gone');
});
