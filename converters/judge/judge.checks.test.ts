import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatQuality } from './format.ts';
import { type Change, failed, judged } from './judged.test-world.ts';
import { END_MS, START_MS } from './run.test-world.ts';

test('log lines that lead to no trace', async (t) => {
  const quality = await judged(t, ({ logs }) => {
    for (const row of logs.slice(0, 5)) row.trace_id = 'ff'.repeat(16);
    for (const row of logs.slice(5, 7)) row.trace_id = null;
  });
  assert.equal(quality.joins.joined_logs, 83);
  assert.deepEqual(failed(quality), ['log_trace']);
});

test('orphans, narrow traces and a queue that nobody crosses', async (t) => {
  const orphaned = await judged(t, ({ traces }) => {
    for (const row of traces.filter(({ event_kind }) => event_kind === 'redis.op').slice(0, 6))
      row.parent_span_id = 'ff'.repeat(8);
  });
  assert.equal(orphaned.joins.orphans, 6);
  assert.deepEqual(failed(orphaned), ['orphans']);
  const narrow = await judged(t, ({ traces }) => {
    for (const row of traces)
      if (row.service === 'auth-service') row.trace_id = `a${String(row.trace_id).slice(1)}`;
  });
  assert.equal(narrow.joins.wide_traces, 8);
  assert.deepEqual(failed(narrow), ['wide']);
  const noQueue = await judged(t, (c) => {
    for (const row of c.traces)
      if (row.event_kind === 'db.query' && row.service === 'payment-worker') row.event_kind = 'internal';
  });
  assert.equal(noQueue.joins.queue_traces, 0);
  assert.deepEqual(failed(noQueue), ['queue']);
});

test('a parent that starts after its child is no orphan', async (t) => {
  const quality = await judged(t, ({ traces }) => {
    for (const row of traces) if (row.event_kind === 'queue.publish') row.time = Number(row.time) + 20_000;
  });
  assert.equal(quality.joins.orphans, 0);
});

test('kinds of event that are missing are named', async (t) => {
  const quality = await judged(t, (c) => {
    for (const row of c.traces) if (row.event_kind === 'auth.login') row.event_kind = 'auth.validate';
  });
  assert.deepEqual(failed(quality), ['kinds']);
  assert.match(quality.checks.find(({ name }) => name === 'kinds')?.figure ?? '', /missing: auth\.login$/);
  assert.deepEqual(
    quality.kinds.find(({ kind }) => kind === 'process.start'),
    { kind: 'process.start', rows: 1, expected: true },
  );
  assert.match(formatQuality(quality), /auth\.login +0 +MISSING/);
});

test('a stack that starts and ends with the run tells so; one that was up before and after cannot', async (t) => {
  const change: Change = (c) => {
    c.changes = [];
  };
  const own = await judged(t, change);
  assert.deepEqual(failed(own), ['kinds']);
  const { figure } = own.checks.find(({ name }) => name === 'kinds') ?? {};
  assert.equal(figure, 'missing: process.start, process.stop, change.deployment');
  assert.deepEqual(failed(await judged(t, change, { ownStack: false })), []);
});

test('a judgement says which traffic there was, and by which command', async (t) => {
  const command = 'FAULTLINE_HOLD=9s npm run dataset -- --scenario 05-slow-query --seed 8';
  const { traffic } = await judged(t, ({ record }) => void Object.assign(record.traffic ?? {}, { command }));
  assert.equal(traffic?.command, command);
  assert.equal('command' in ((await judged(t)).traffic ?? {}), false);
});

test('times outside the window', async (t) => {
  const quality = await judged(t, ({ changes }) => {
    changes.push(
      { time: END_MS, event_kind: 'change.restart' },
      { time: START_MS - 1, event_kind: 'change.restart' },
    );
  });
  assert.equal(quality.clock.outside_window, 2);
  assert.deepEqual(failed(quality), ['window']);
});

test('a clock that is 80 ms ahead', async (t) => {
  const quality = await judged(t, ({ traces }) => {
    for (const row of traces) if (row.service === 'auth-service') row.time = Number(row.time) + 80;
  });
  assert.deepEqual(quality.clock.offsets, [
    { client: 'web-api', server: 'auth-service', pairs: 30, offset_ms: 80 },
  ]);
  assert.deepEqual(failed(quality), ['offsets']);
});

test('a client that was busy when most of its answers came is no clock that is wrong', async (t) => {
  const quality = await judged(t, ({ traces }) => {
    let calls = 0;
    for (const row of traces) {
      if (row.event_kind !== 'http.client' || ++calls <= 4) continue;
      row.duration = Number(row.duration) + 400;
    }
  });
  assert.deepEqual(quality.clock.offsets[0]?.offset_ms, 0);
  assert.ok(!failed(quality).includes('offsets'));
});

test('words that tell, in flat and nested texts, and words that only look like them', async (t) => {
  const quality = await judged(
    t,
    (c) => {
      c.nested = ['default faultless injective', '{"a":"x-Fault:1"}', 'plain'];
      Object.assign(c.logs[0] ?? {}, { message: 'flag chaos_v2 is on' });
      Object.assign(c.logs[4] ?? {}, { message: 'running 01-steady now' });
      Object.assign(c.metrics[0] ?? {}, { labels: '{"k":"heap-leak"}' });
    },
    { leakWords: ['heap-leak'] },
  );
  assert.deepEqual(
    quality.leaks.found.map(({ file, column, word }) => `${file} ${column} ${word}`),
    [
      'ocsf/http_activity/part-0.parquet outer.text fault',
      'ocsf_logs.parquet message chaos',
      'ocsf_logs.parquet message 01-steady',
      'ocsf_metrics.parquet labels heap-leak',
    ],
  );
  assert.equal(quality.leaks.count, 4);
  assert.deepEqual(failed(quality), ['leaks']);
});

test('metric samples that are missing within a series, but not where a process was replaced', async (t) => {
  const gap = await judged(t, (c) => {
    c.metrics = c.metrics.filter(
      (row) =>
        row.service !== 'web-api' ||
        Number(row.time) < START_MS + 30_000 ||
        Number(row.time) > START_MS + 40_000,
    );
  });
  const own = gap.metrics.services.find(({ service }) => service === 'web-api');
  assert.deepEqual(own, { service: 'web-api', interval_ms: 5000, samples: 66, missing: 6 });
  assert.equal(gap.metrics.services.find(({ service }) => service === 'postgres')?.interval_ms, 10_000);
  assert.deepEqual(failed(gap), ['metric_gaps']);
  const replaced = await judged(t, (c) => {
    c.metrics = c.metrics.filter(
      (row) =>
        row.service !== 'web-api' ||
        Number(row.time) < START_MS + 30_000 ||
        Number(row.time) > START_MS + 60_000,
    );
    for (const row of c.metrics)
      if (row.service === 'web-api' && Number(row.time) > START_MS + 60_000)
        row.instance = 'web-api-99999999';
  });
  assert.equal(replaced.metrics.missing, 0);
});

test('a run that still runs cannot be judged', async (t) => {
  const change: Change = ({ record }) =>
    void Object.assign(record, { window: { start_ms: START_MS, end_ms: null } });
  await assert.rejects(judged(t, change), { code: 'RUN_NOT_COMPLETE' });
});
