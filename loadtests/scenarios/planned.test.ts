import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { AppliedChange } from '../../converters/truth/record.ts';
import { casePlan } from '../campaign/plan/case-plan.ts';
import { SCENARIOS, scenarioOf } from '../campaign/plan/catalogue.ts';
import { truthOf } from '../campaign/truth.ts';
import { asked, startControl } from '../testing/control.ts';
import { runPlanned, SHORT } from '../testing/planned.ts';
import type { Point } from '../testing/run.ts';
import { startStorefront } from '../testing/storefront.ts';

const AT_ONCE = 4;

async function world(t: TestContext, ...how: Parameters<typeof startControl>) {
  const [storefront, control] = await Promise.all([startStorefront(), startControl(...how)]);
  t.after(() => Promise.all([storefront.close(), control.close()]));
  return { storefront, control };
}

const ofMetric = (points: readonly Point[], wanted: string) =>
  points.filter(({ metric }) => metric === wanted);
const failedThresholds = ({
  metrics,
}: {
  metrics: Record<string, { thresholds?: Record<string, boolean> }>;
}) =>
  Object.entries(metrics).flatMap(([name, { thresholds = {} }]) =>
    Object.entries(thresholds).flatMap(([source, failed]) => (failed ? [`${name} ${source}`] : [])),
  );

test('every scenario runs as it is: its changes at their times, its traffic tagged by phase, all taken back at the end', {
  timeout: 120_000,
}, async (t) => {
  const judge = async ({ name, change, revert, truth }: (typeof SCENARIOS)[number]) => {
    const { storefront, control } = await world(t);
    const { result, points } = await runPlanned(t, { scenario: name, storefront, control });
    const requests = [change, revert].flatMap((known) => (known ? [known.request] : []));
    assert.deepEqual(asked(control), change ? [...requests, 'revert'] : [], name);
    // Nothing is really changed here: a fault shows nothing, which is what its one threshold is there to tell.
    const failed = failedThresholds(result.summary as never);
    const shows = /^(checks|http_req_duration)\{case:1,phase:(change|hold)/;
    assert.deepEqual(
      failed.filter((threshold) => truth === 'benign' || !shows.test(threshold)),
      [],
      name,
    );
    if (name === '03-pool-exhaustion') assert.equal(failed.length, 1, result.text);
    assert.equal(result.exitCode, failed.length > 0 ? 99 : 0, `${name}: ${result.log}`);
    const plan = casePlan({ scenario: name, env: SHORT });
    const told = await truthOf({ runId: 'r1', plan, points: result.pointsFile });
    const [only] = told?.cases ?? [];
    assert.ok(told?.complete && only, name);
    assert.deepEqual(only.change?.request ?? null, change?.request ?? null);
    for (const phase of ['change', 'revert'] as const) {
      const applied: AppliedChange | null = only[phase];
      if (!applied) continue;
      assert.equal(applied.status, 'applied');
      assert.match(applied.uid ?? '', /^c-[12]$/);
      const late = applied.started_ms - only.phases[phase].start_ms;
      assert.ok(late >= -5, `${name}: ${phase} was asked for ${-late} ms early`);
      assert.ok(applied.acknowledged_ms >= applied.started_ms);
    }
    for (const { data } of ofMetric(points, 'http_reqs')) {
      if (data.tags.scenario !== 'customers') continue;
      const sent = Date.parse(data.time) - told.traffic.start_ms;
      const phase = data.tags.phase;
      if (phase === 'baseline') assert.ok(sent < plan.duration_ms - 3000, `${name}: baseline at ${sent}`);
      if (phase === 'hold') assert.ok(sent >= 2000, `${name}: hold at ${sent}`);
    }
    const phases = new Set(ofMetric(points, 'checks').map(({ data }) => data.tags.phase));
    assert.ok(phases.has('baseline') && phases.has('hold'), `${name}: ${[...phases]}`);
    assert.equal(result.droppedIterations, 0);
  };
  // Each is a process that keeps times: so many at once that none is late.
  for (let i = 0; i < SCENARIOS.length; i += AT_ONCE)
    await Promise.all(SCENARIOS.slice(i, i + AT_ONCE).map(judge));
});

test('a change that fails is told with its reason, its revert is tried, and the run goes on to its end', {
  timeout: 60_000,
}, async (t) => {
  const { storefront, control } = await world(t, ({ kind }, response) => {
    if (kind !== 'deployment') return false;
    response
      .writeHead(502)
      .end('{"error":"COMPONENT_FAILED","message":"web-api exited","status":"failed","uid":"c-9"}');
    return true;
  });
  const { result } = await runPlanned(t, { scenario: '07-sound-release', storefront, control });
  const { change, revert } = scenarioOf('07-sound-release');
  assert.deepEqual(asked(control), [change?.request, revert?.request, 'revert']);
  assert.deepEqual(failedThresholds(result.summary as never), [
    'change_applied count==2',
    'change_failed count==0',
  ]);
  const plan = casePlan({ scenario: '07-sound-release', env: SHORT });
  const told = await truthOf({ runId: 'r1', plan, points: result.pointsFile });
  assert.equal(told?.complete, true);
  const [only] = told.cases;
  assert.equal(only?.change?.status, 'failed');
  assert.equal(only.change.error, 'COMPONENT_FAILED: web-api exited');
  assert.equal(only.change.uid, 'c-9');
  assert.equal(only.revert?.status, 'applied');
});

test('what cannot be taken back at the end is counted and told, and the traffic is whole all the same', async (t) => {
  const { storefront, control } = await world(t, undefined, ['feature_flag recent_views_v2']);
  const { result } = await runPlanned(t, { scenario: '06-plain-flag', storefront, control });
  assert.equal(result.exitCode, 99, result.log);
  assert.deepEqual(failedThresholds(result.summary as never), ['change_failed count==0']);
  assert.match(result.log, /did not take everything back: 502 .*recent_views_v2/);
});

test('without the control API, or with another token, a script ends with the command to start one', async (t) => {
  const { storefront, control } = await world(t);
  const run = async (env: Record<string, string>) => {
    const { result } = await runPlanned(t, { scenario: '04-cache-storm', storefront, control, env });
    return { code: result.exitCode, log: result.log };
  };
  const [unset, wrong, gone] = await Promise.all([
    run({ FAULTLINE_CONTROL_URL: '' }),
    run({ FAULTLINE_CONTROL_TOKEN: 'other' }),
    run({ FAULTLINE_CONTROL_URL: 'http://127.0.0.1:1' }),
  ]);
  for (const { code, log } of [unset, wrong, gone]) {
    assert.equal(code, 107);
    assert.match(log, /npx faultline control/);
  }
  assert.match(unset.log, /are not set/);
  assert.match(wrong.log, /is not the token of/);
  assert.match(gone.log, /nothing answers at http:\/\/127.0.0.1:1/);
  assert.deepEqual(asked(control), []);
  assert.deepEqual(
    storefront.received.filter(({ path }) => path !== '/health'),
    [],
  );
});
