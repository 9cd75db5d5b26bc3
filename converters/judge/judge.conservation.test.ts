import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { formatQuality } from './format.ts';
import { type Change, failed, judged, TRUTH } from './judged.test-world.ts';
import type { Quality } from './quality.ts';
import { END_MS, START_MS } from './run.test-world.ts';

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
  assert.deepEqual(quality.lines, {
    instances: 2,
    lines: 90,
    repeated: 0,
    missing: 0,
    missing_of: {},
    gaps: [],
  });
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
    const gated = quality.checks.filter(({ gate, ok }) => gate && ok === false).map(({ name }) => name);
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
      point.data.tags = { status: '0', name: 'users', error_code: i === 3 ? '1050' : '1212' };
      if (i === 3)
        points.push({ ...point, metric: 'http_req_duration', data: { ...point.data, value: 400.4 } });
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
      // The client waited 400 ms for the one, and does not say how long for the other.
      { request_id: 'request-0003', code: '1050', name: 'users', sent_ms: START_MS + 4000 - 400 },
      { request_id: 'request-0004', code: '1212', name: 'users', sent_ms: START_MS + 5000 },
    ],
  });
  assert.equal(quality.conservation.answered, 28);
  assert.ok(failed(quality).includes('unanswered') && failed(quality).includes('client'));
  // With faults an unanswered request may lack its line; an answered one may not.
  const withFaults = await judged(t, change, { truth: TRUTH });
  assert.ok(!failed(withFaults).includes('client') && !failed(withFaults).includes('unanswered'));
  const lost = await judged(
    t,
    ({ lines }) =>
      drop(
        lines,
        (line) => typeof line === 'object' && line.event === 'http.access' && line.request_id === first,
      ),
    { truth: TRUTH },
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

test('what the script asks of the control API is no traffic', async (t) => {
  const quality = await judged(t, ({ points }) => {
    const tags = { status: '200', to: 'control' };
    points.push(
      { type: 'Point', metric: 'http_reqs', data: { tags, metadata: { request_id: 'change-1' } } },
      { type: 'Point', metric: 'http_reqs', data: { tags: { ...tags, status: '0' } } },
    );
  });
  assert.deepEqual(failed(quality), []);
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
  assert.equal(foreign.checks.find(({ name }) => name === 'client')?.ok, null);
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
