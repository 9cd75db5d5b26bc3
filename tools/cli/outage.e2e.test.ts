import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { parseRunId } from '../../converters/run/run-id.ts';
import { EmbeddedTarget } from '../../infra/embedded/target.ts';
import { DatasetRun } from './run/dataset-run.ts';
import { jobOf } from './run/job.ts';
import { makeFolder } from './testing/command.ts';

const OUTAGE_MS = 60_000;

test('S3 down for 60 s during traffic, and the collector killed meanwhile: no request id is lost', {
  timeout: 600_000,
}, async (t) => {
  process.chdir(await makeFolder(t));
  const { signal } = new AbortController();
  const run = await DatasetRun.open({
    runId: parseRunId('outage'),
    seed: 5,
    job: jobOf({ seed: 5, durationS: 75 }),
    runner: 'auto',
    labels: false,
    force: true, // a collector that was killed may read lines twice, which a run without troubles must not show
    interrupt: { signal, part: (_hint, work) => work(signal, signal) },
  });
  t.after(() => run.close());
  for (const { title, run: step } of run.steps()) {
    await Promise.all([step(() => {}), title.startsWith('Traffic') ? breakStores(run) : undefined]);
  }
  const { quality } = run.made();
  const { conservation, lines } = quality;
  t.diagnostic(
    JSON.stringify({ ...conservation, differences: conservation.differences.map(({ count }) => count) }),
  );
  assert.ok(conservation.sent > 1000, `sent ${conservation.sent}`);
  assert.equal(conservation.answered, conservation.sent);
  for (const side of ['access_lines', 'rows_http_access', 'server_spans', 'rows_http_server'] as const)
    assert.equal(conservation[side], conservation.sent, side);
  assert.deepEqual(
    conservation.differences.filter(({ count }) => count > 0),
    [],
  );
  assert.equal(lines.missing, 0);
});

async function breakStores(run: DatasetRun): Promise<void> {
  const { target } = run;
  assert.ok(target instanceof EmbeddedTarget);
  await wait(5_000);
  const bringBack = await target.takeDown('s3');
  await wait(OUTAGE_MS / 2);
  const killed = target.pid('collector');
  assert.ok(killed, 'the collector runs');
  process.kill(killed, 'SIGKILL');
  await wait(OUTAGE_MS / 2);
  await bringBack();
}
