import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from './command.ts';
import { temporaryFolder, until } from './fixtures/world.ts';

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('output and code of a command come back', async () => {
  const result = await runCommand({ file: '/bin/sh', args: ['-c', 'echo out; echo err >&2; exit 3'] });
  assert.deepEqual(result, { code: 3, stdout: 'out\n', stderr: 'err\n' });
});

test('an abort takes the children of the command along', async (t) => {
  const note = join(await temporaryFolder(t), 'pid');
  const controller = new AbortController();
  const running = runCommand({
    file: '/bin/sh',
    args: ['-c', 'sleep 600 & echo $! > "$0"; wait', note],
    signal: controller.signal,
  });
  let pid = 0;
  await until(async () => {
    pid = Number(await readFile(note, 'utf8').catch(() => '0'));
    return pid > 0;
  });
  const reason = new Error('enough');
  controller.abort(reason);
  await assert.rejects(running, reason);
  await until(() => !alive(pid));
});

test('a command that never answers is ended', async () => {
  await assert.rejects(
    runCommand({ file: '/bin/sh', args: ['-c', 'sleep 600'], timeoutMs: 50 }),
    /gave no answer within 50 ms/,
  );
});
