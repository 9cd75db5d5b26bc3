import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { pointsKey } from '../../converters/run/runs.ts';
import { openStore } from '../../converters/store/open.ts';
import { until } from '../../infra/embedded/testing.ts';
import { casePlan } from '../campaign/plan/case-plan.ts';
import type { Plan } from '../campaign/plan/plan.ts';
import { sendTraffic } from '../campaign/traffic.ts';
import { asked, CONTROL_TOKEN, startControl } from '../testing/control.ts';
import { processes } from '../testing/parts.ts';
import { SHORT, scriptOf } from '../testing/planned.ts';
import { startServer } from '../testing/server.ts';
import { startStorefront } from '../testing/storefront.ts';
import { untilDrained } from './drain.ts';
import { segmentedLoad } from './load.ts';
import { LoadObjects } from './objects.ts';

const RUN = 'r-segments';

/** In good health, and answers nothing else. */
const startHanging = () =>
  startServer(({ path }, response) => {
    if (path === '/health') response.end('{}');
  });

/** A stack of small servers, a bucket, and traffic of a scenario from so many processes. */
async function world(
  t: TestContext,
  { scenario, segments, hangs = false }: { scenario: string; segments: number; hangs?: boolean },
) {
  const folder = await mkdtemp(join(tmpdir(), 'segments-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const [storefront, control] = [
    hangs ? await startHanging() : await startStorefront(),
    await startControl(),
  ];
  const metrics = await startServer((_, response) => {
    response.end(
      'payment_queue_jobs{state="waiting"} 0\notelcol_receiver_accepted_spans_total{receiver="otlp"} 5\n',
    );
  });
  t.after(() => Promise.all([storefront.close(), control.close(), metrics.close()]));
  const url = join(folder, 'raw');
  const raw = openStore(url);
  const launcher = processes(t, {
    runId: RUN,
    env: {
      FAULTLINE_RAW: url,
      FAULTLINE_WEB_API_URL: storefront.url,
      FAULTLINE_CONTROL_URL: control.url,
      FAULTLINE_CONTROL_TOKEN: CONTROL_TOKEN,
      FAULTLINE_COLLECTOR_COUNTERS_URL: metrics.url,
      FAULTLINE_PAYMENT_WORKER_URL: metrics.url,
      FAULTLINE_METRICS_TOKEN: 'm',
    },
  });
  const send = (signal: AbortSignal, plan: Plan | null, cutOff?: AbortSignal) =>
    sendTraffic({
      ...{ raw, runId: RUN, script: scriptOf(scenario), scenario, seed: 7, rate: 40, durationS: 6, plan },
      load: segmentedLoad({ raw, runId: RUN, scenario, segments, runner: 'node', launcher, pollMs: 100 }),
      ...{ folder: join(folder, 'client'), signal, ...(cutOff ? { cutOff } : {}) },
    });
  return { storefront, control, raw, launcher, send };
}

test('a scenario from three processes: its changes are made once, and its points are one file, from which the truth is', async (t) => {
  const scenario = '05-slow-query';
  const made = await world(t, { scenario, segments: 3 });
  const plan = casePlan({ scenario, seed: 7, rate: 40, env: SHORT });
  const sent = await made.send(new AbortController().signal, plan);
  const [one] = plan.cases;
  assert.deepEqual(asked(made.control), [one?.change?.request, one?.revert?.request, 'revert']);
  assert.equal(sent.truth?.cases.length, 1);
  const points = gunzipSync(await made.raw.get(pointsKey(RUN))).toString();
  const iterations = points.match(/"metric":"iterations","type":"Point"/g)?.length ?? 0;
  assert.equal(sent.result.summary?.metrics.iterations?.count, iterations);
  assert.equal(points.match(/"metric":"traffic_started","type":"Point"/g)?.length, 1);
  const served = made.storefront.received.filter(({ path }) => path.startsWith('/api/'));
  assert.equal(sent.requests, served.length);
  assert.ok(sent.requests > 50, `${sent.requests} requests`);

  const { raw, launcher } = made;
  const signal = new AbortController().signal;
  const drained = await untilDrained({ raw, runId: RUN, launcher, signal, pollMs: 100 });
  assert.equal(drained.counters.accepted.traces, 5);
});

test('a Ctrl-C ends all segments in order', async (t) => {
  const made = await world(t, { scenario: '01-steady', segments: 2 });
  const stop = new AbortController();
  const reason = new Error('interrupted');
  const sending = assert.rejects(made.send(stop.signal, null), reason);
  await until('traffic', () => made.storefront.received.some(({ path }) => path.startsWith('/api/')));
  stop.abort(reason);
  await sending;
  const { started } = made.launcher;
  assert.deepEqual(
    started.map(({ child }) => child.exitCode),
    [105, 105],
  );
});

test('a segment that ends without its points ends the others', async (t) => {
  const made = await world(t, { scenario: '01-steady', segments: 2 });
  const sending = assert.rejects(made.send(new AbortController().signal, null), {
    code: 'LOAD_TASK_FAILED',
    message: /^segment 2 of 2 must leave its points, process \d+ has ended: SIGKILL$/,
  });
  await until('traffic', () => made.storefront.received.some(({ path }) => path.startsWith('/api/')));
  made.launcher.started[1]?.child.kill('SIGKILL');
  await sending;
  const [first, , revert] = made.launcher.started;
  assert.deepEqual([first?.child.exitCode, revert?.part], [105, 'revert']);
});

test('a segment that dies after it has changed something: the others end in order, and all is taken back', async (t) => {
  const scenario = '05-slow-query';
  const made = await world(t, { scenario, segments: 2 });
  const plan = casePlan({ scenario, seed: 7, rate: 40, env: SHORT });
  const sending = assert.rejects(made.send(new AbortController().signal, plan), { code: 'LOAD_TASK_FAILED' });
  await until('the change', () => asked(made.control).length > 0);
  made.launcher.started[0]?.child.kill('SIGKILL');
  await sending;
  assert.deepEqual(asked(made.control).at(-1), 'revert');
  assert.equal(made.launcher.started[1]?.child.exitCode, 105);
});

test('tasks of an earlier load end when the run has another, and leave it alone', async (t) => {
  const made = await world(t, { scenario: '01-steady', segments: 2 });
  const { raw, launcher } = made;
  const sending = assert.rejects(made.send(new AbortController().signal, null), {
    code: 'LOAD_TASK_FAILED',
    message: /run r-segments must have the load .* it was given up, or has another/,
  });
  await until('traffic', () => made.storefront.received.some(({ path }) => path.startsWith('/api/')));
  const [before, now] = [
    await LoadObjects.ordered({ raw, runId: RUN }),
    new LoadObjects({ raw, runId: RUN, load: 'another' }),
  ];
  await now.put('job', { load: 'another', scenario: '01-steady', segments: 2, runner: 'node', env: {} });
  await sending;
  assert.deepEqual(
    launcher.started.slice(0, 2).map(({ child }) => child.exitCode),
    [1, 1],
  );
  assert.equal(await raw.head(before.pointsKey(1)), undefined);
  assert.equal(await now.get(1), undefined);
});

test('a second Ctrl-C cuts off what is under way in all of them', async (t) => {
  const made = await world(t, { scenario: '01-steady', segments: 2, hangs: true });
  const [stop, cutOff] = [new AbortController(), new AbortController()];
  const reason = new Error('interrupted');
  const sending = assert.rejects(made.send(stop.signal, null, cutOff.signal), reason);
  await until('traffic', () => made.storefront.received.some(({ path }) => path.startsWith('/api/')));
  stop.abort(reason);
  await until('both know', async () => {
    const { raw } = made;
    return (await (await LoadObjects.ordered({ raw, runId: RUN })).get('stop')) !== undefined;
  });
  cutOff.abort();
  await sending;
  assert.deepEqual(
    made.launcher.started.map(({ child }) => child.exitCode),
    [105, 105],
  );
});
