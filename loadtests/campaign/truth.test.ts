import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { MemoryStore } from '../../converters/store/memory.ts';
import { putTruth, readTruth } from '../../converters/truth/record.ts';
import { withTempFolder } from '../testing/run.ts';
import { planHash } from './plan/canonical.ts';
import { plan as makePlan, type Plan } from './plan/plan.ts';
import { truthOf } from './truth.ts';

const START = 1_790_000_000_123;
const plan = makePlan({ campaign: 'quick', seed: 11 });

type Line = { metric: string; type: string; data: object };

const point = (
  metric: string,
  { at, value = 1, tags = {}, metadata }: Record<string, unknown> & { at: number },
) => ({
  metric,
  type: 'Point',
  data: {
    // as k6 writes it: nanoseconds, in its own time zone
    time: new Date(at).toISOString().replace('Z', '456789+00:00'),
    ...{ value, tags },
    ...(metadata ? { metadata } : {}),
  },
});

const started = point('traffic_started', { at: START + 4, metadata: { started_ms: String(START) } });

/** A request of a customer that was sent at `ms` after the start, and answered half a second later. */
const request = (ms: number) =>
  point('http_req_duration', {
    ...{ at: START + ms + 500, value: 500, tags: { scenario: 'customers', group: '' } },
  });

const changed = (
  number: number,
  phase: 'change' | 'revert',
  { status = 'applied', response = '{}' } = {},
) => {
  const at = START + (plan.cases[number - 1]?.phases[phase].start_ms ?? 0) + 7;
  const metadata = { started_ms: String(at), acknowledged_ms: String(at + 900), request: '{}', response };
  return point('change_ms', {
    at: at + 900,
    value: 900,
    tags: { case: String(number), phase, status },
    metadata,
  });
};

/** Points of every change of the plan, applied under ids that say which it was. */
const allChanged = ({ cases }: Plan) =>
  cases.flatMap(({ change, revert }, i) => [
    ...(change ? [changed(i + 1, 'change', { response: `{"uid":"c-${i + 1}"}` })] : []),
    ...(revert ? [changed(i + 1, 'revert', { response: `{"uid":"r-${i + 1}"}` })] : []),
  ]);

const truthFrom = (lines: readonly Line[], options: { interrupted?: boolean } = {}) =>
  withTempFolder(async (folder) => {
    const path = join(folder, 'points.ndjson');
    // killed in the middle of a line
    await writeFile(
      path,
      `${lines.map((line) => JSON.stringify(line)).join('\n')}\n{"metric":"change_ms","ty`,
    );
    return truthOf({ runId: 'r1', plan, points: path, ...options });
  });

test('a run to its end: the plan on the clock of its start, and each change as it was asked for and answered', async () => {
  const truth = await truthFrom([started, ...allChanged(plan), request(700_000)]);
  assert.ok(truth);
  const { cases, traffic, ...rest } = truth;
  assert.deepEqual(rest, {
    ...{ schema_version: 1, run_id: 'r1', campaign: 'quick', seed: 11, time_scale: 40 },
    ...{ plan_hash: planHash(plan), complete: true, scaled: { RECENT_VIEWS_DAYS: 40 } },
  });
  assert.deepEqual(traffic, { start_ms: START, end_ms: START + 785_000, rate: 20, shape: 'flat' });
  assert.equal(cases.length, 9);
  for (const [i, told] of cases.entries()) {
    const planned = plan.cases[i];
    assert.ok(planned);
    assert.deepEqual([told.case, told.scenario, told.twin], [i + 1, planned.scenario, planned.twin]);
    assert.equal(told.phases.hold.start_ms, START + planned.phases.hold.start_ms);
    assert.equal(told.load?.start_ms, planned.load ? START + planned.load.start_ms : undefined);
    assert.equal(told.change?.uid, planned.change ? `c-${i + 1}` : undefined);
    assert.equal(told.revert?.uid, planned.revert ? `r-${i + 1}` : undefined);
    assert.deepEqual(told.change?.request, planned.change?.request);
    if (!told.change || !planned.change) continue;
    assert.equal(told.change.started_ms, START + planned.phases.change.start_ms + 7);
    assert.equal(told.change.acknowledged_ms - told.change.started_ms, 900);
    assert.deepEqual([told.change.from, told.change.to], [planned.change.from, planned.change.to]);
  }
  const pool = cases.find(({ scenario }) => scenario === '03-pool-exhaustion');
  assert.deepEqual(pool?.affected.services, ['web-api']);
  const twin = cases.find(({ scenario }) => scenario === '07-sound-release');
  assert.deepEqual(twin?.affected, { services: [], routes: pool.affected.routes });
  const raw = new MemoryStore();
  await putTruth({ raw, truth });
  assert.deepEqual(await readTruth({ raw, runId: 'r1' }), truth);
});

test('an interrupted run: cases whose cooldown had traffic to its end, and no others', async () => {
  const third = plan.cases[2]?.phases.cooldown.end_ms ?? 0;
  const lines = [started, ...allChanged(plan)];
  const before = await truthFrom([...lines, request(third - 1)], { interrupted: true });
  const after = await truthFrom([...lines, request(third)], { interrupted: true });
  assert.deepEqual([before?.cases.length, after?.cases.length], [2, 3]);
  assert.deepEqual([before?.complete, after?.complete], [false, false]);
  assert.equal(after?.traffic.end_ms, START + third);
  const unanswered = lines.filter((line) => {
    const { tags } = line.data as { tags?: { case?: string } };
    return tags?.case !== '2';
  });
  const cut = await truthFrom([...unanswered, request(third)], { interrupted: true });
  assert.deepEqual(
    cut?.cases.map((one) => one.case),
    [1],
  );
  const atOnce = await truthFrom([started], { interrupted: true });
  assert.deepEqual(atOnce?.cases, []);
});

test('a change that failed is kept with its reason, whatever form that has; so is one without a record', async () => {
  const numbers = plan.cases.flatMap(({ change, revert }, i) => (change && revert ? [i + 1] : []));
  const [first = 0, second = 0, third = 0] = numbers;
  const lines = allChanged(plan).filter(({ data }) => {
    const { tags } = data as { tags: { case: string; phase: string } };
    return ![first, second, third].includes(Number(tags.case)) || tags.phase === 'revert';
  });
  const failed = (number: number, response: string) =>
    changed(number, 'change', { status: 'failed', response });
  const refusal =
    '{"uid":"c-0","from":"1.8.0","to":"1.8.2","error":"COMPONENT_FAILED","message":"it exited"}';
  const truth = await truthFrom([
    started,
    ...lines,
    failed(first, refusal),
    failed(second, '0 dial: refused'),
  ]);
  const change = (number: number) => truth?.cases[number - 1]?.change;
  assert.equal(truth?.complete, true);
  for (const number of numbers.slice(0, 3)) {
    assert.equal(change(number)?.status, 'failed');
    assert.equal(truth.cases[number - 1]?.revert?.status, 'applied');
  }
  assert.deepEqual(
    [change(first)?.uid, change(first)?.to, change(first)?.error],
    ['c-0', '1.8.2', 'COMPONENT_FAILED: it exited'],
  );
  assert.deepEqual([change(second)?.uid, change(second)?.error], [null, '0 dial: refused']);
  assert.deepEqual([change(third)?.uid, change(third)?.error], [null, 'the script left no record of it']);
});

test('without traffic there is no truth, and without a points file neither', async () => {
  assert.equal(await truthFrom([request(5)]), undefined);
  assert.equal(await truthOf({ runId: 'r1', plan, points: '/nonexistent' }), undefined);
});
