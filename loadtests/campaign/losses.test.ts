import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countersSince, parseCounters } from '../../infra/collector/counters.ts';
import { havePrograms, makeTarget, until } from '../../infra/embedded/testing.ts';
import { lossCounters } from './open-run.ts';

const load = { droppedIterations: 0 };

test('a run that loses nothing has every counter at zero', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t);
  await target.start();
  await target.stopServices();
  const counters = lossCounters({ load, collector: await target.stopCollector(), deploymentsUntold: 0 });
  assert.deepEqual([...new Set(Object.values(counters))], [0], JSON.stringify(counters));
});

test('what a collector lost that was restarted during the run is not known', () => {
  const page = (spans: number) =>
    parseCounters(`otelcol_receiver_accepted_spans_total{receiver="otlp"} ${spans}\n`);
  const { collector_refused, collector_send_failed, collector_enqueue_failed, collector_left_in_queue } =
    lossCounters({ load, collector: countersSince(page(500), page(20)) });
  assert.deepEqual(
    [collector_refused, collector_send_failed, collector_enqueue_failed, collector_left_in_queue],
    [null, null, null, 0],
  );
  assert.equal(lossCounters({ load, collector: countersSince(page(20), page(500)) }).collector_refused, 0);
});

test('lines that the collector has not read when it ends are counted', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t);
  await target.start();
  await target.takeDown('collector');
  for (let i = 0; i < 5; i += 1) await (await fetch(`${target.address('web-api').url}/x`)).text();
  await target.stopServices();
  const collector = await target.stopCollector({ timeoutMs: 500 });
  const counters = lossCounters({ load, collector });
  assert.ok((counters.collector_lines_not_read ?? 0) >= 5, JSON.stringify(counters));
  assert.equal(counters.collector_not_drained, 1);
  assert.ok((counters.process_events_lost ?? 0) > 0, 'nobody takes the ends of the services');
  assert.equal(counters.deployments_untold, null);
});

test('an abort ends the waiting for a bucket that is not there, and the rest is counted', {
  timeout: 60_000,
}, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t);
  await target.start();
  await target.takeDown('s3');
  await (await fetch(`${target.address('web-api').url}/x`)).text();
  await target.stopServices();
  const stop = new AbortController();
  const stopping = target.stopCollector({ timeoutMs: 600_000, signal: stop.signal });
  const counters = `${target.address('collector', 'counters').url}/metrics`;
  await until('something waits for the bucket', async () => {
    const page = await (await fetch(counters)).text();
    return /^otelcol_exporter_queue_size\{[^}]*data_type="logs"[^}]*\} [1-9]/m.test(page);
  });
  stop.abort();
  const collector = await stopping;
  assert.equal(collector.drained, false);
  assert.equal(lossCounters({ load, collector }).collector_not_drained, 1);
});
