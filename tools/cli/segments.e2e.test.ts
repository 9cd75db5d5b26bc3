import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Quality } from '../../converters/judge/quality.ts';
import { parseRunId } from '../../converters/run/run-id.ts';
import { putTruth } from '../../converters/truth/record.ts';
import { until } from '../../infra/embedded/testing.ts';
import { lossCounters, openRun } from '../../loadtests/campaign/open-run.ts';
import { planHash } from '../../loadtests/campaign/plan/canonical.ts';
import { casePlan } from '../../loadtests/campaign/plan/case-plan.ts';
import { sendTraffic } from '../../loadtests/campaign/traffic.ts';
import { segmentedLoad } from '../../loadtests/segments/load.ts';
import { processes } from '../../loadtests/testing/parts.ts';
import type { HeldStack } from './held-stack.ts';
import { nearStack } from './load/stack-under-load.ts';
import { scenarioScript } from './scenarios.ts';
import { faultline, start } from './testing/command.ts';

const SCENARIO = '05-slow-query';
const PHASES = { FAULTLINE_BASELINE: '25s', FAULTLINE_HOLD: '25s', FAULTLINE_COOLDOWN: '15s' };
const SEGMENTS = 3;
const SEED = 11;

test('a change by one of three processes on a real stack: every request of all of them is in the data, and the case is judged', {
  timeout: 600_000,
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'dataset-test-'));
  const control = start({ folder, args: ['control', '--json'] });
  // the stack first, whose files are in the folder
  t.after(async () => {
    control.child.kill('SIGTERM');
    await control.ended;
    await rm(folder, { recursive: true, force: true });
  });
  const held = await until('the stack is up', () => heldStack(folder), { seconds: 120 });
  const near = nearStack(held);
  const { raw } = near;
  const runId = parseRunId('shared');
  const launcher = processes(t, {
    runId,
    env: {
      FAULTLINE_RAW: 's3://raw',
      ...{ AWS_ENDPOINT_URL_S3: held.s3.endpoint, AWS_REGION: 'us-east-1' },
      ...{ AWS_ACCESS_KEY_ID: held.s3.access_key, AWS_SECRET_ACCESS_KEY: held.s3.secret_key },
      FAULTLINE_WEB_API_URL: held.web_api,
      ...{ FAULTLINE_CONTROL_URL: held.control.url, FAULTLINE_CONTROL_TOKEN: held.control.token },
      FAULTLINE_COLLECTOR_COUNTERS_URL: held.collector_counters,
    },
  });
  const plan = casePlan({ scenario: SCENARIO, seed: SEED, env: PHASES });
  const run = await openRun({
    ...{ raw, runId, seed: SEED, target: near.target, rawPrefix: near.rawPrefix },
    ...{ timeScale: plan.time_scale, planHash: planHash(plan) },
  });
  const startMs = Date.now();
  await near.begin();
  const { signal } = new AbortController();
  const sent = await sendTraffic({
    ...{ raw, runId, scenario: SCENARIO, script: scenarioScript(SCENARIO), seed: SEED, plan, signal },
    ...{ rate: plan.traffic.rate, durationS: plan.duration_ms / 1000, folder: join(folder, 'client') },
    load: segmentedLoad({ raw, runId, scenario: SCENARIO, segments: SEGMENTS, runner: 'node', launcher }),
  });
  const { endMs, collector, versions } = await near.drained({ runId, signal });
  assert.ok(sent.truth);
  await putTruth({ raw, truth: sent.truth });
  await run.complete({
    ...{
      window: { start_ms: startMs, end_ms: endMs },
      drainedMs: Date.now(),
      traffic: sent.traffic,
      versions,
    },
    counters: lossCounters({ load: sent.result, collector }),
  });
  const converted = await faultline(folder, 'convert', runId);
  assert.equal(converted.code, 0, converted.stderr);
  const sealed = await faultline(folder, 'seal', runId, '--json');
  assert.equal(sealed.code, 0, sealed.stderr);

  const quality = JSON.parse(sealed.stdout) as Quality;
  const { cases, change_events, checks, conservation } = quality;
  assert.equal(cases[0]?.verdicts.mechanism, 'passed', JSON.stringify(cases[0]));
  assert.deepEqual(change_events, { applied: 2, missing: [], elsewhen: [] });
  assert.deepEqual(
    checks.filter(({ gate, ok }) => gate && ok === false),
    [],
  );
  assert.equal(conservation.sent, sent.requests);
  assert.equal(conservation.sent, conservation.answered + conservation.unanswered.count);
  t.diagnostic(`${sent.requests} requests by ${SEGMENTS} processes, ${sent.result.lagP99Ms} ms lag (p99)`);
});

function heldStack(folder: string): HeldStack | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, '.faultline/control.json'), 'utf8')) as HeldStack;
  } catch {
    return undefined;
  }
}
