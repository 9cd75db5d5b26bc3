import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type Change, failed, judged, TRUTH } from './judged.test-world.ts';
import { START_MS } from './run.test-world.ts';

test('counters of others: what they say is passed on, and what could not be read is not zero', async (t) => {
  const quality = await judged(
    t,
    (c) => {
      c.record.counters = { dropped_iterations: 2, collector_refused: null };
      for (const row of c.metrics)
        if (row.metric_name === 'telemetry_spans_dropped_total')
          row.metric_value = Number(row.time) > START_MS + 60_000 ? 5 : 1;
      c.metrics.push({
        time: START_MS + 500,
        event_kind: 'metric.sample',
        service: 'auth-service',
        instance: 'x',
        metric_name: 'telemetry_spans_dropped',
        metric_value: 3,
        labels: '{}',
      });
      c.objects['dead-letter/run-1/a.ndjson'] = Buffer.from('{}');
      c.objects['raw/2026/11/24/05/41/logs_c.binpb.gz'] = gzipSync(Buffer.from([0x0a, 0xff, 0x01, 0x00]));
      c.objects['raw/2026/11/24/05/41/traces_c.binpb.gz'] = gzipSync(Buffer.alloc(100)).subarray(0, 12);
    },
    {
      ledger: {
        inputs: {
          logs: { read: 2, written: 0, duplicate: 0, rejected: 2, outside_window: 0 },
          traces: { read: 0, written: 0, duplicate: 0, rejected: 0, outside_window: 0 },
          metrics: { read: 0, written: 0, duplicate: 0, rejected: 0, outside_window: 0 },
        },
        classes: {},
        raw_objects: 0,
      },
    },
  );
  assert.deepEqual(quality.counters, {
    ...{
      dropped_iterations: 2,
      collector_refused: null,
      sdk_dropped_spans: 8,
      raw_unreadable_objects: 2,
      dead_letter_objects: 1,
    },
    ...{ rejected_logs: 2, rejected_traces: 0, rejected_metrics: 0 },
  });
  assert.deepEqual(
    failed(quality),
    [
      'dropped_iterations',
      'sdk_dropped_spans',
      'raw_unreadable_objects',
      'dead_letter_objects',
      'rejected_logs',
    ].map((name) => `counter_${name}`),
  );
  assert.equal(quality.checks.find(({ name }) => name === 'counter_collector_refused')?.ok, null);
  const without = await judged(t, (c) => {
    c.metrics = c.metrics.filter((row) => row.metric_name !== 'telemetry_spans_dropped_total');
  });
  assert.equal(without.counters.sdk_dropped_spans, null);
});

test('what was lost makes a run unsound; with a case in it, only what no process explains that was killed', async (t) => {
  const names = [
    ...[
      'client_dropped_iterations',
      'collector_refused',
      'collector_send_failed',
      'collector_enqueue_failed',
    ],
    ...[
      'collector_left_in_queue',
      'collector_not_drained',
      'collector_lines_not_read',
      'process_events_lost',
    ],
    'deployments_untold',
  ];
  for (const counter of names) {
    const lose: Change = ({ record }) => {
      record.counters = { [counter]: 1 };
    };
    const quality = await judged(t, lose);
    assert.deepEqual([quality.sound, failed(quality)], [false, [`counter_${counter}`]]);
    assert.equal(quality.checks.find(({ name }) => name === `counter_${counter}`)?.gate, true);
    const unexplained = await judged(t, lose, { truth: TRUTH });
    assert.equal(unexplained.sound, counter === 'client_dropped_iterations');
    for (const service of ['web-api', 'collector']) {
      const killed: Change = (content) => {
        lose(content);
        content.logs.push({ time: START_MS + 7, event_kind: 'process.oom', service });
      };
      const marked = await judged(t, killed, { truth: TRUTH });
      const explains = service === 'collector' && counter.startsWith('collector_');
      assert.equal(marked.sound, explains || counter === 'client_dropped_iterations');
      assert.deepEqual([failed(marked), marked.killed], [[`counter_${counter}`], [service]]);
    }
  }
});
