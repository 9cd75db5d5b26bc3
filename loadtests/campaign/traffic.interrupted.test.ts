import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { MemoryStore } from '../../converters/store/memory.ts';
import { putTruth, readTruth } from '../../converters/truth/record.ts';
import { asked, CONTROL_TOKEN, startControl } from '../testing/control.ts';
import { scriptOf } from '../testing/planned.ts';
import { startStorefront } from '../testing/storefront.ts';
import { loadHere } from './load-here.ts';
import { planHash } from './plan/canonical.ts';
import { casePlan } from './plan/case-plan.ts';
import { scenarioOf } from './plan/catalogue.ts';
import { placeCase } from './plan/place.ts';
import type { Plan } from './plan/plan.ts';
import { sendTraffic } from './traffic.ts';

/** A flag for some seconds; then, for as long as the test waits, a release. */
function twoCases(): Plan {
  const one = casePlan({ scenario: '06-plain-flag', seed: 11, rate: 40 });
  return {
    ...one,
    ...{ campaign: 'quick', duration_ms: 607_000 },
    cases: [
      placeCase({ scenario: scenarioOf('06-plain-flag'), lengths: [1, 1, 1, 1, 1], startS: 1 }),
      placeCase({ scenario: scenarioOf('07-sound-release'), lengths: [1, 1, 597, 1, 1], startS: 6 }),
    ],
  };
}

/** Sends the traffic of two cases, and aborts it once the control API was asked for `until` changes. */
async function interruptAfter(t: TestContext, { until }: { until: number }) {
  const folder = await mkdtemp(join(tmpdir(), 'interrupted-'));
  const [storefront, control] = await Promise.all([startStorefront(), startControl()]);
  t.after(async () => {
    await Promise.all([storefront.close(), control.close()]);
    await rm(folder, { recursive: true, force: true });
  });
  const raw = new MemoryStore();
  const stop = new AbortController();
  const plan = twoCases();
  const watch = setInterval(() => {
    if (asked(control).length >= until) stop.abort(new Error('enough'));
  }, 20);
  t.after(() => clearInterval(watch));
  const sending = sendTraffic({
    ...{ raw, runId: 'r1', plan, folder, signal: stop.signal },
    ...{ script: scriptOf('20-campaign'), scenario: '20-campaign' },
    ...{ seed: 11, rate: 40, durationS: 607 },
    load: loadHere({
      runner: 'node',
      stack: { webApiUrl: storefront.url, controlUrl: control.url, controlToken: CONTROL_TOKEN },
    }),
  });
  return { sending, control, raw, plan };
}

test('an interrupted campaign keeps the cases that were over, and takes back what had changed', {
  timeout: 120_000,
}, async (t) => {
  const { sending, control, raw, plan } = await interruptAfter(t, { until: 3 });
  const { truth, interrupted, traffic, requests, result } = await sending;
  assert.equal(interrupted, true);
  assert.equal(result.exitCode, 105);
  assert.deepEqual(asked(control), [
    scenarioOf('06-plain-flag').change?.request,
    scenarioOf('06-plain-flag').revert?.request,
    scenarioOf('07-sound-release').change?.request,
    'revert',
  ]);
  assert.ok(truth);
  assert.equal(truth.complete, false);
  assert.equal(truth.plan_hash, planHash(plan));
  assert.deepEqual(
    truth.cases.map(({ scenario }) => scenario),
    ['06-plain-flag'],
  );
  assert.deepEqual(
    [truth.cases[0]?.change?.uid, truth.cases[0]?.revert?.uid, truth.cases[0]?.change?.to],
    ['c-1', 'c-2', 'on'],
  );
  assert.ok(truth.traffic.end_ms - truth.traffic.start_ms < 600_000);
  assert.ok(traffic.duration_s < 600);
  await putTruth({ raw, truth });
  assert.deepEqual(await readTruth({ raw, runId: 'r1' }), truth);
  const points = gunzipSync(await raw.get(traffic.points_key)).toString();
  const sent = points
    .split('\n')
    .filter((line) => line.includes('"http_reqs"') && line.includes('"customers"'));
  assert.equal(requests, sent.length);
});

test('before any case was over there is nothing to keep: the reason of the interruption is thrown', {
  timeout: 120_000,
}, async (t) => {
  const { sending, control } = await interruptAfter(t, { until: 1 });
  await assert.rejects(sending, /enough/);
  assert.deepEqual(asked(control).at(-1), 'revert');
});
