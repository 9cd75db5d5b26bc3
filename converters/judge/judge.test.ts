import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { formatQuality } from './format.ts';
import { type JudgeOptions, judgeRun } from './judge.ts';
import type { Quality } from './quality.ts';
import { cleanRun, END_MS, type RunContent, START_MS, writeRun } from './run.test-world.ts';

type Change = (content: RunContent) => void;
type Extra = Partial<JudgeOptions>;

async function judged(t: TestContext, change: Change = () => undefined, extra: Extra = {}): Promise<Quality> {
  const content = cleanRun();
  change(content);
  const { close, ...world } = await writeRun(content);
  t.after(close);
  return await judgeRun({ ...world, ...extra });
}

const failed = ({ checks }: Quality) => checks.filter(({ passed }) => passed === false).map(({ id }) => id);
const difference = ({ conservation }: Quality, side: string, other: string) =>
  conservation.differences.find((d) => d.in === side && d.not_in === other);

test('a run without faults: three readings of the same 30 requests', async (t) => {
  const quality = await judged(t);
  assert.deepEqual(failed(quality), []);
  assert.ok(quality.sound);
  const { differences, unanswered, ...counts } = quality.conservation;
  assert.deepEqual(counts, {
    ...{
      sent: 30,
      answered: 30,
      access_lines: 30,
      server_spans: 30,
      rows_http_access: 30,
      rows_http_server: 30,
    },
    ...{ without_id: 0, malformed_points: 0, repeated_points: 0, repeated_access_lines: 0, client: 'read' },
  });
  assert.equal(unanswered.count, 0);
  assert.equal(differences.length, 9);
  assert.ok(differences.every(({ count }) => count === 0));
  assert.deepEqual(quality.lines, { instances: 2, lines: 90, repeated: 0, missing: 0, gaps: [] });
  assert.deepEqual(quality.joins, {
    request_logs: 90,
    joined_logs: 90,
    spans: 212,
    orphans: 0,
    request_traces: 30,
    wide_traces: 30,
    queue_traces: 8,
  });
  assert.deepEqual(quality.clock, {
    outside_window: 0,
    first_ms: START_MS + 1,
    last_ms: END_MS - 2500,
    offsets: [{ client: 'web-api', server: 'auth-service', pairs: 30, offset_ms: 0 }],
  });
  assert.equal(quality.leaks.count, 0);
  assert.equal(quality.metrics.missing, 0);
  assert.equal(quality.counters.sdk_dropped_spans, 0);
  assert.deepEqual(JSON.parse(JSON.stringify(quality)), quality);
  assert.match(formatQuality(quality), /run run-1, 120 s: sound, every check passed/);
});

test('the same run judged twice gives the same text', async (t) => {
  assert.equal(JSON.stringify(await judged(t)), JSON.stringify(await judged(t)));
});

const first = 'request-0000';
const drop = <T>(list: T[], match: (item: T) => boolean) => void list.splice(list.findIndex(match), 1);

const losses: Record<string, [change: Change, side: string, other: string, gates: string[]]> = {
  'an access line that is lost before raw': [
    (c) =>
      drop(
        c.lines,
        (line) => typeof line === 'object' && line.event === 'http.access' && line.request_id === first,
      ),
    ...(['sent', 'access_lines', ['client', 'spans', 'rows', 'lines']] as [string, string, string[]]),
  ],
  'a request that the client did not make': [
    (c) => drop(c.points, (point) => JSON.stringify(point).includes(first)),
    ...(['access_lines', 'sent', ['client']] as [string, string, string[]]),
  ],
  'a server span that is lost before raw': [
    (c) => drop(c.serverSpans, (span) => span.request_id === first),
    ...(['access_lines', 'server_spans', ['spans', 'rows']] as [string, string, string[]]),
  ],
  'an access line that the converter lost': [
    (c) => drop(c.logs, (row) => row.event_kind === 'http.access' && row.request_id === first),
    ...(['access_lines', 'rows_http_access', ['rows']] as [string, string, string[]]),
  ],
  'a server span that the converter lost': [
    (c) => drop(c.traces, (row) => row.event_kind === 'http.server' && row.request_id === first),
    ...(['server_spans', 'rows_http_server', ['rows']] as [string, string, string[]]),
  ],
  'a row that no access line stands behind': [
    (c) =>
      void c.logs.push(
        {
          ...c.logs[1],
          request_id: first,
          time: START_MS + 5,
          event_kind: 'http.access',
          service: 'web-api',
        },
        {
          time: START_MS + 6,
          event_kind: 'http.access',
          service: 'web-api',
          request_id: first.replace('0000', 'made'),
        },
      ),
    ...(['rows_http_access', 'access_lines', ['rows']] as [string, string, string[]]),
  ],
};
for (const [title, [change, side, other, gates]] of Object.entries(losses)) {
  test(`counted by id: ${title}`, async (t) => {
    const quality = await judged(t, change);
    const found = difference(quality, side, other);
    assert.equal(found?.count, 1);
    assert.match(found?.ids[0] ?? '', /^request-(0000|made)$/);
    const gated = quality.checks.filter(({ gate, passed }) => gate && passed === false).map(({ id }) => id);
    assert.deepEqual(gated, gates);
    assert.equal(quality.sound, false);
    assert.match(
      formatQuality(quality),
      new RegExp(`NOT SOUND[^]*1 ids in ${side} and not in ${other}:\n  request-`),
    );
  });
}

test('requests without an answer are listed with the code of the client', async (t) => {
  const change: Change = ({ points, lines }) => {
    for (const i of [3, 4]) {
      const point = points[i] as { data: { tags: Record<string, string> } };
      point.data.tags = { status: '0', error_code: i === 3 ? '1050' : '1212' };
    }
    drop(
      lines,
      (line) =>
        typeof line === 'object' && line.event === 'http.access' && line.request_id === 'request-0003',
    );
  };
  const quality = await judged(t, change);
  assert.deepEqual(quality.conservation.unanswered, {
    count: 2,
    by_code: { 1050: 1, 1212: 1 },
    requests: [
      { request_id: 'request-0003', code: '1050' },
      { request_id: 'request-0004', code: '1212' },
    ],
  });
  assert.equal(quality.conservation.answered, 28);
  assert.ok(failed(quality).includes('unanswered') && failed(quality).includes('client'));
  // With faults an unanswered request may lack its line; an answered one may not.
  const withFaults = await judged(t, change, { faultFree: false });
  assert.ok(!failed(withFaults).includes('client') && !failed(withFaults).includes('unanswered'));
  const lost = await judged(
    t,
    ({ lines }) =>
      drop(
        lines,
        (line) => typeof line === 'object' && line.event === 'http.access' && line.request_id === first,
      ),
    { faultFree: false },
  );
  assert.ok(failed(lost).includes('client'));
});

test('points without an id, repeated and malformed ones are counted', async (t) => {
  const quality = await judged(t, ({ points }) => {
    points.push(
      points[0],
      { type: 'Point', metric: 'http_reqs', data: { tags: { status: '200' } } },
      '{"type":"Poi',
      { type: 'Metric' },
    );
  });
  const { without_id, repeated_points, malformed_points } = quality.conservation;
  assert.deepEqual(
    { without_id, repeated_points, malformed_points },
    { without_id: 1, repeated_points: 1, malformed_points: 1 },
  );
  assert.deepEqual(failed(quality), ['client_points']);
});

test("requests of the script's own set-up are no traffic", async (t) => {
  const quality = await judged(t, ({ points }) => {
    for (const group of ['::setup', '::teardown']) {
      points.push({
        type: 'Point',
        metric: 'http_reqs',
        data: { tags: { status: '200', group }, metadata: null },
      });
    }
  });
  assert.equal(quality.conservation.without_id, 0);
  assert.equal(quality.conservation.sent, 30);
});

test('no points, or a cut file of points, is no proof', async (t) => {
  const cut = gzipSync('{"type":"Point"}\n'.repeat(1000)).subarray(0, 40);
  const quality = await judged(
    t,
    (c) => void Object.assign(c.objects, { 'runs/run-1/client.ndjson.gz': cut }),
  );
  assert.equal(quality.conservation.client, 'missing');
  assert.ok(failed(quality).includes('client') && !quality.sound);
  const foreign = await judged(t, ({ record }) => void Object.assign(record, { traffic: null }));
  assert.equal(foreign.conservation.client, 'none');
  assert.equal(foreign.checks.find(({ id }) => id === 'client')?.passed, null);
  assert.ok(foreign.sound);
});

test('a request with two access lines', async (t) => {
  const quality = await judged(t, ({ lines }) => {
    lines.push({
      service: 'web-api',
      instance: 'web-api-0a0b0c0d',
      line: 61,
      event: 'http.access',
      request_id: first,
      time: START_MS + 9,
    });
  });
  assert.equal(quality.conservation.repeated_access_lines, 1);
  assert.deepEqual(failed(quality), ['access_once']);
});

test('a batch that the collector wrote twice is no second line', async (t) => {
  const quality = await judged(t, ({ lines }) => lines.push(...lines.slice(0, 3)));
  assert.equal(quality.lines.repeated, 3);
  assert.deepEqual(failed(quality), []);
});

test('gaps in the line numbers of a process: how many, and where', async (t) => {
  const quality = await judged(t, (c) => {
    c.lines = c.lines.filter(
      (line) =>
        typeof line === 'string' ||
        line.instance !== 'auth-service-1' ||
        ![5, 6, 7, 20].includes(Number(line.line)),
    );
  });
  assert.equal(quality.lines.missing, 4);
  assert.deepEqual(quality.lines.gaps, [
    { instance: 'auth-service-1', from: 5, to: 7 },
    { instance: 'auth-service-1', from: 20, to: 20 },
  ]);
  assert.deepEqual(failed(quality), ['lines']);
});

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
  assert.equal(quality.checks.find(({ id }) => id === 'counter_collector_refused')?.passed, null);
  const without = await judged(t, (c) => {
    c.metrics = c.metrics.filter((row) => row.metric_name !== 'telemetry_spans_dropped_total');
  });
  assert.equal(without.counters.sdk_dropped_spans, null);
});

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
  assert.match(quality.checks.find(({ id }) => id === 'kinds')?.value ?? '', /missing: auth\.login$/);
  assert.deepEqual(
    quality.kinds.find(({ kind }) => kind === 'process.start'),
    { kind: 'process.start', rows: 1, expected: false },
  );
  assert.match(formatQuality(quality), /auth\.login +0 +MISSING/);
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
