import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { descendantsOf, faultline, makeFolder, start, stillRunning } from './testing/command.ts';

/** When to kill: the first progress line of a step that matches. */
const MOMENTS = [
  { name: 'while the stack starts', line: /"step":"Stack","progress"/ },
  { name: 'during the traffic', line: /"step":"Traffic.*"progress"/ },
  { name: 'while converting', line: /"step":"Converting","state":"started"/ },
];

for (const { name, line } of MOMENTS) {
  test(`kill -9 ${name} leaves no process and no dataset, and the next run works`, {
    timeout: 300_000,
  }, async (t) => {
    const folder = await makeFolder(t);
    const args = ['run', '--json', '--run-id', 'first', '--seed', '3', '--duration', '5s'];
    let below: string[] = [];
    const { child, ended } = start({
      folder,
      args,
      onLine: (text) => {
        if (below.length > 0 || !line.test(text)) return;
        below = descendantsOf(child.pid ?? 0);
        child.kill('SIGKILL');
      },
    });
    const { stderr } = await ended;
    assert.notEqual(below.length, 0, `the moment never came:\n${stderr}`);
    const deadline = performance.now() + 60_000;
    while (stillRunning(below).length > 0 && performance.now() < deadline) await wait(100);
    assert.deepEqual(stillRunning(below), [], 'processes that outlived their parent');
    assert.equal(existsSync(join(folder, 'data/first')), false);
    assert.equal(existsSync(join(folder, '.faultline/s3/datasets/first/manifest.json')), false);

    const again = await faultline(
      folder,
      'run',
      '--json',
      '--run-id',
      'second',
      '--seed',
      '3',
      '--duration',
      '5s',
    );
    assert.equal(again.code, 0, again.stderr);
    assert.ok(existsSync(join(folder, 'data/second/manifest.json')));
  });
}

test('SIGINT ends a run in order: no process, no dataset, the run id free again, exit code 130', {
  timeout: 300_000,
}, async (t) => {
  const folder = await makeFolder(t);
  const args = ['run', '--json', '--run-id', 'first', '--seed', '3', '--duration', '30s'];
  let below: string[] = [];
  const { child, ended } = start({
    folder,
    args,
    onLine: (text) => {
      if (below.length > 0 || !/"step":"Traffic.*"progress"/.test(text)) return;
      below = descendantsOf(child.pid ?? 0);
      child.kill('SIGINT');
    },
  });
  const { code, stderr } = await ended;
  assert.equal(code, 130, stderr);
  assert.deepEqual(stillRunning(below), []);
  assert.equal(existsSync(join(folder, 'data/first')), false);
  assert.equal(existsSync(join(folder, '.faultline/s3/raw/runs/first.json')), false);
});
