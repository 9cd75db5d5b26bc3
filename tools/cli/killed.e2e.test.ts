import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { Quality } from '../../converters/judge/quality.ts';
import { descendantsOf, faultline, makeFolder, start, stillRunning } from './testing/command.ts';

const RUN = ['run', '--json', '--run-id', 'first', '--seed', '3', '--duration', '5s'];

/** When to kill: the first progress line of a step that matches. `recorded`: the run's telemetry was complete by then. */
const MOMENTS = [
  { name: 'while the stack starts', line: /"step":"Stack","progress"/, recorded: false },
  { name: 'during the traffic', line: /"step":"Traffic.*"progress"/, recorded: false },
  { name: 'while converting', line: /"step":"Converting","state":"started"/, recorded: true },
];

for (const { name, line, recorded } of MOMENTS) {
  const next = recorded ? 'it can be converted and sealed' : 'the next run of the same id works';
  test(`kill -9 ${name} leaves no process and no dataset, and ${next}`, { timeout: 300_000 }, async (t) => {
    const folder = await makeFolder(t);
    let below: string[] = [];
    const { child, ended } = start({
      folder,
      args: RUN,
      onLine: (text) => {
        if (below.length > 0 || !line.test(text)) return;
        below = descendantsOf(child.pid ?? 0);
        child.kill('SIGKILL');
      },
    });
    const { stderr } = await ended;
    assert.notEqual(below.length, 0, `the moment never came:\n${stderr}`);

    // At once: while the dead run's stack is still being ended.
    const again = await faultline(folder, ...RUN);
    assert.deepEqual(await leftOf(below), [], 'processes that outlived their parent');
    if (recorded) {
      assert.equal(existsSync(join(folder, 'data/first')), false);
      assert.equal(existsSync(join(folder, '.faultline/s3/datasets/first/manifest.json')), false);
      assert.equal(again.code, 2, again.stderr);
      assert.match(again.stderr, /is complete and was left as it is.*faultline convert first/);
      for (const command of ['convert', 'seal', 'fetch']) {
        const { code, stdout, stderr: said } = await faultline(folder, command, 'first', '--json');
        assert.equal(code, 0, `${command}: ${said}`);
        if (command === 'seal') assert.deepEqual(lossesIn(stdout), LOSSES);
      }
    } else {
      assert.equal(again.code, 0, again.stderr);
      assert.match(again.stderr, new RegExp(`taken over.*\\(${child.pid}\\) is gone`));
    }
    assert.ok(existsSync(join(folder, 'data/first/manifest.json')));
  });
}

test('kill -9 of a held stack leaves no process, and no file with its secrets', {
  timeout: 120_000,
}, async (t) => {
  const folder = await makeFolder(t);
  const secrets = join(folder, '.faultline/control.json');
  const { child, ended } = start({ folder, args: ['control', '--json'] });
  t.after(() => child.kill('SIGKILL'));
  const written = performance.now() + 60_000;
  while (!existsSync(secrets) && child.exitCode === null && performance.now() < written) await wait(50);
  assert.ok(existsSync(secrets));
  const below = descendantsOf(child.pid ?? 0);
  child.kill('SIGKILL');
  await ended;
  assert.deepEqual(await leftOf(below), [], 'processes that outlived their parent');
  assert.equal(existsSync(secrets), false);
});

/** Loss counters of a judgement; all are zero in a run that went well. */
const LOSSES = [
  ...['client_dropped_iterations', 'collector_refused', 'collector_send_failed', 'collector_enqueue_failed'],
  ...['collector_left_in_queue', 'collector_not_drained', 'collector_lines_not_read', 'process_events_lost'],
  ...['deployments_untold', 'sdk_dropped_spans', 'raw_unreadable_objects', 'dead_letter_objects'],
  ...['rejected_logs', 'rejected_traces', 'rejected_metrics'],
].map((name) => `${name} 0`);

const lossesIn = (judgement: string): string[] =>
  Object.entries((JSON.parse(judgement) as Quality).counters).map(([name, value]) => `${name} ${value}`);

/** Those that still run when there was time for all to end. */
async function leftOf(identities: readonly string[]): Promise<string[]> {
  const deadline = performance.now() + 60_000;
  while (stillRunning(identities).length > 0 && performance.now() < deadline) await wait(100);
  return stillRunning(identities);
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
