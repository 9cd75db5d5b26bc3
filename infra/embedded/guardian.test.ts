import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeState, removeState } from './state.ts';
import { havePrograms, isRunning, until } from './testing.ts';

const SCRIPT = fileURLToPath(new URL('./fixtures/run-stack.ts', import.meta.url));

for (const [moment, line] of [
  ['while it starts', /^pid/],
  ['while it runs', /^ready/],
] as const) {
  test(`kill -9 of the parent ${moment} leaves no process and no state`, { timeout: 60_000 }, async (t) => {
    if (!(await havePrograms(t))) return;
    const dir = await mkdtemp(join(tmpdir(), 'infra-test-'));
    t.after(() => rm(dir, { recursive: true, force: true }));
    const pids = await killAt(t, { dir, line });
    const left = async () => [...(await running(pids)), ...(await commandsWith(dir))];
    await until('all processes gone', async () => (await left()).length === 0, { seconds: 20 });
    await until('the state gone', () => isGone(join(dir, 'state', 'stack.json')));
    assert.ok(await isGone(join(dir, 'state', 'work')));
  });
}

test('the folder of a stack that was killed is used again only when nothing of that stack is left', {
  timeout: 60_000,
}, async (t) => {
  if (!(await havePrograms(t))) return;
  const dir = await mkdtemp(join(tmpdir(), 'infra-test-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const pids = await killAt(t, { dir, line: /^ready/ });
  const state = await makeState(join(dir, 'state'));
  t.after(() => removeState(state));
  assert.deepEqual(await running(pids), []);
  assert.equal(
    await isGone(state.work),
    false,
    'the guardian of the dead stack removed the folder of the new one',
  );
});

/** Starts a stack in another process and kills that one as soon as it says the line. Returns the pids it told of. */
async function killAt(t: TestContext, { dir, line }: { dir: string; line: RegExp }): Promise<number[]> {
  const parent = spawn(process.execPath, ['--import', 'tsx', SCRIPT, join(dir, 's3'), join(dir, 'state')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => parent.kill('SIGKILL'));
  const pids: number[] = [];
  for await (const text of createInterface({ input: parent.stdout })) {
    if (text.startsWith('pid ')) pids.push(Number(text.slice(4)));
    if (line.test(text)) parent.kill('SIGKILL');
  }
  if (parent.exitCode === null && parent.signalCode === null) await once(parent, 'exit');
  assert.ok(pids.length > 0, 'the stack did not start');
  return pids;
}

async function running(pids: readonly number[]): Promise<number[]> {
  const states = await Promise.all(pids.map(isRunning));
  return pids.filter((_, index) => states[index]);
}

/** Processes whose command line names the test's folder, where the system shows them: those that nobody told of, too. */
async function commandsWith(dir: string): Promise<number[]> {
  const all = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(all.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return all.filter((_, index) => lines[index]?.includes(dir)).map(Number);
}

const isGone = (path: string): Promise<boolean> =>
  access(path).then(
    () => false,
    () => true,
  );
