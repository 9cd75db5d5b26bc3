import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Facts, readFacts } from './facts.ts';
import { spanOf } from './read/bins.ts';
import { ABOUT, type Content, START, tinyContent, word, writeContent } from './report.test-world.ts';

async function factsOf(t: TestContext, change: (content: Content) => void = () => undefined): Promise<Facts> {
  const content = tinyContent();
  change(content);
  const { dir, close } = await writeContent(content);
  t.after(close);
  return readFacts({ dir, about: ABOUT, everything: true });
}

/** Within the 1 % that a sketch may be off. */
const near = (found: number | null | undefined, wanted: number) =>
  assert.ok(found != null && Math.abs(found / wanted - 1) <= 0.01, `${found} must be near ${wanted}`);

test('rates, errors and durations of a service are those of what it served', async (t) => {
  const { served, bins } = await factsOf(t);
  assert.deepEqual([bins.widthMs, bins.count], [5000, 12]);
  assert.deepEqual(
    served.map(({ service, requests, failed }) => [service, requests, failed]),
    [
      ['auth-service', 10, 0],
      ['web-api', 10, 1],
      ['worker', 1, 0],
    ],
  );
  const web = served[1]?.bins ?? [];
  assert.deepEqual(
    web.map(({ rate }) => rate),
    [1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  );
  assert.deepEqual(
    web.map(({ errors }) => errors),
    [0, 0.2, ...new Array(10).fill(null)],
  );
  near(web[0]?.p50, 12);
  near(web[0]?.p99, 14);
  near(web[1]?.p50, 17);
  near(web[1]?.p95, 500);
  assert.equal(web[2]?.p50, null);
});

test('to a server a status below 500 is no error of its own; to its caller, and where there is no status, what failed is one', async (t) => {
  const { served, calls } = await factsOf(t, (content) => {
    const span = (i: number, event_kind: string, http_status?: number) => ({
      ...{ time: START + i, event_kind, class_uid: 4002, service: `of ${event_kind}`, status_id: 2 },
      ...{ span_id: word(i), parent_span_id: event_kind === 'http.client' ? word(99) : null },
      ...(http_status === undefined ? {} : { http_status }),
    });
    content.traces = [
      ...[401, 404, 499, 500, 503, undefined, 200].map((status, i) => span(i, 'http.server', status)),
      ...[404, 503].map((status, i) => ({ ...span(10 + i, 'http.client', status), peer_service: 'asked' })),
    ] as typeof content.traces;
  });
  assert.deepEqual(
    served.map(({ service, requests, failed }) => [service, requests, failed]),
    [['of http.server', 7, 4]],
  );
  assert.deepEqual(
    calls.map(({ to, calls: count, failed }) => [to, count, failed]),
    [
      ['of http.server', 7, 4],
      ['asked', 2, 2],
    ],
  );
});

test('a counter is a rate over the time between its samples, a fall is a start from zero', async (t) => {
  const { indicators } = await factsOf(t);
  const of = (title: string) => indicators.find((one) => one.indicator.title === title)?.values ?? [];
  const cpu = of('CPU of one core');
  // 2.5 to 7.5 s 1 s of CPU, 7.5 to 12.5 s half a second: the second bin has half of each
  for (const [bin, percent] of [20, 15, 10].entries()) near(cpu[bin], percent);
  assert.deepEqual(cpu.slice(3), new Array(9).fill(null));
  // 8 of 10 less 2 idle; the other replica has 1 of 10
  near(of('DB pool in use')[4], 60);
  near(of('heap used')[6], 50);
});

test('calls go to who listens at their port, else to the store of that port; taking a connection is none', async (t) => {
  const { calls } = await factsOf(t);
  assert.deepEqual(
    calls.map(({ from, to, calls, failed }) => `${from} > ${to}: ${calls}, ${failed}`),
    [
      'auth-service > postgresql :5432: 10, 0',
      'clients > web-api: 10, 1',
      'web-api > auth-service: 10, 0',
      'queue jobs > worker: 1, 0',
      'web-api > queue jobs: 1, 0',
    ],
  );
});

test('three requests stand for others, with their spans as a tree', async (t) => {
  const { requests } = await factsOf(t);
  assert.deepEqual(
    requests.map(({ what, traceId, route }) => [what, Number.parseInt(traceId, 16) - 1, route]),
    [
      ['typical', 2, 'GET /a'],
      ['slow', 8, 'POST /b'],
      ['failed', 9, 'POST /b'],
    ],
  );
  const [typical, , failed] = requests;
  assert.deepEqual(
    typical?.spans.map(({ depth, service, name }) => `${depth} ${service} ${name}`),
    [
      '0 web-api root',
      '1 web-api POST',
      '2 auth-service POST /check',
      '3 auth-service connect',
      '3 auth-service SELECT',
    ],
  );
  assert.deepEqual([failed?.spans[0]?.failed, failed?.spans[1]?.failed], [true, false]);
});

test('spans whose parent is missing, or that are their own ancestors, are shown once', async (t) => {
  const { requests } = await factsOf(t, (content) => {
    const [root] = content.traces;
    const lost = (span_id: string, parent_span_id: string) => ({
      ...root,
      span_id,
      parent_span_id,
      event_kind: 'internal',
    });
    content.traces = [
      { ...root },
      lost('b', 'nobody'),
      lost('c', 'd'),
      lost('d', 'c'),
      lost('e', 'e'),
    ] as typeof content.traces;
  });
  assert.deepEqual(
    requests[0]?.spans.map(({ depth }) => depth),
    [0, 0],
  );
});

test('spans that are not shown are counted, also those beyond what is kept', async (t) => {
  const { requests } = await factsOf(t, (content) => {
    const [root] = content.traces;
    const of = (i: number) => ({ span_id: `s-${i}`, parent_span_id: root?.span_id ?? null });
    const more = Array.from({ length: 2_500 }, (_, i) => ({ ...root, event_kind: 'internal', ...of(i) }));
    content.traces = [{ ...root }, ...more] as typeof content.traces;
  });
  assert.deepEqual([requests[0]?.spans.length, requests[0]?.more], [60, 2_441]);
});

test('a rest of under half a width belongs to the bin before it: one request in 2 ms is no rate of 500 a second', async (t) => {
  const { dir, close } = await writeContent({
    ...tinyContent(),
    traces: [{ time: START + 60_001, event_kind: 'http.server', service: 'web-api', status_id: 1 }],
  });
  t.after(close);
  const of = async (lengthMs: number) => {
    const about = { ...ABOUT, window: { start_ms: START, end_ms: START + lengthMs } };
    const { bins, served } = await readFacts({ dir, about, everything: false });
    const rate = served[0]?.bins.at(-1)?.rate ?? 0;
    return [bins.count, spanOf(bins, bins.count - 1).end - START, Math.round(rate * 1000)];
  };
  assert.deepEqual(await of(60_002), [12, 60_002, 200]);
  assert.deepEqual(await of(62_500), [13, 62_500, 400]);
});

test('a process that dies again and again pushes no change out of the list', async (t) => {
  const { changes } = await factsOf(t, (content) => {
    content.logs = Array.from({ length: 510 }, (_, i) => ({
      ...{ time: START + i, event_kind: 'process.restart', class_uid: 1007, service: 'web-api' },
    }));
  });
  const deployed = changes.events.filter(({ kind }) => kind === 'deployment');
  assert.deepEqual([deployed.length, changes.events.length, changes.more], [2, 500, 13]);
});

test('lines are counted by level and by template', async (t) => {
  const { levels, templates } = await factsOf(t);
  assert.deepEqual(
    levels.map(({ level, total, counts }) => [level, total, counts[0], counts[1], counts[6]]),
    [
      ['error', 2, 0, 1, 1],
      ['warn', 1, 0, 1, 0],
      ['info', 2, 2, 0, 0],
      ['(none)', 1, 0, 0, 1],
    ],
  );
  assert.deepEqual(templates.shown.map(({ template, total }) => `${template}: ${total}`).sort(), [
    'GET /a 200: 1',
    'a line of no level: 1',
    'no answer from … in … ms: 1',
    'order … placed: 2',
    'replica … ran out of memory: 1',
  ]);
});

test('of more levels than a table has columns for the rest is one, and the usual ones are kept apart', async (t) => {
  const { levels } = await factsOf(t, (content) => {
    const line = (level: string) => ({
      time: START,
      event_kind: 'log',
      class_uid: 6008,
      level,
      message: 'x',
    });
    const free = Array.from({ length: 40 }, (_, i) => line(`level ${word(i)}`));
    content.logs = [...free, line('error')];
  });
  assert.equal(levels[0]?.level, 'error');
  assert.equal(levels.length, 1 + 16 + 1);
  assert.equal(levels.find(({ level }) => level === '(others)')?.total, 24);
});

test('free texts do not make memory grow: of routes, templates and calls the first are kept, and the rest is counted', async (t) => {
  const { requests, templates, calls, otherCalls } = await factsOf(t, (content) => {
    const [root, call] = content.traces;
    const of = <T>(make: (i: number) => T) => Array.from({ length: 2_003 }, (_, i) => make(i));
    // the last ones most often: what came first is kept
    const ids = of((i) => Math.min(i, 2_001));
    content.traces = [
      ...ids.map((i) => ({ ...root, endpoint: `/user/${word(i)}`, duration: i })),
      ...ids.map((i) => ({ ...call, peer_port: null, peer_service: word(i) })),
    ] as typeof content.traces;
    content.logs = ids.map((i) => ({ time: START, event_kind: 'log', class_uid: 6008, message: word(i) }));
  });
  assert.match(requests[0]?.why ?? '', /^the median of the most used of the first 2000 routes$/);
  assert.notEqual(requests[0]?.route, `GET /user/${word(2_001)}`);
  assert.deepEqual([templates.kept, templates.others], [2_000, 3]);
  assert.deepEqual([calls.length, otherCalls], [2_001, 3]); // and one from the clients
});

test('changes and processes that died are in order of time', async (t) => {
  const { changes } = await factsOf(t);
  assert.deepEqual(
    changes.events.map(({ time, kind, to, failed }) => [(time - START) / 1000, kind, to, failed]),
    [
      [1, 'deployment', '1.0.0', false],
      [20, 'deployment', '1.1.0', false],
      [30, 'out_of_memory', '', false],
      [40, 'feature_flag', 'x=true', true],
    ],
  );
});

test('every row is counted in its class', async (t) => {
  const { classes, rows } = await factsOf(t);
  const content = tinyContent();
  const all = [...content.traces, ...content.logs, ...content.metrics, ...content.changes];
  assert.equal(rows, all.length);
  for (const { uid, rows: count } of classes)
    assert.equal(count, all.filter(({ class_uid }) => class_uid === uid).length, `class ${uid}`);
  assert.equal(
    classes.reduce((sum, one) => sum + one.rows, 0),
    all.length,
  );
});

test('the ground truth and the scores are read only where they are wanted and there', async (t) => {
  const { truth, scores } = await factsOf(t);
  assert.deepEqual(
    truth?.map(({ scenario, fault, onset, end }) => [
      scenario,
      fault,
      onset && (onset - START) / 1000,
      (end - START) / 1000,
    ]),
    [
      ['02-heap-leak', true, 25, 34],
      ['06-plain-flag', false, null, 50],
    ],
  );
  assert.deepEqual(
    scores?.map(({ features, auc }) => [features, auc]),
    [
      ['all', 0.8],
      ['logs', 0.6],
    ],
  );
  const without = await factsOf(t, (content) => {
    [content.windows, content.detectors, content.quality] = [null, null, null];
  });
  assert.deepEqual([without.truth, without.scores, without.judged], [null, null, null]);
  const { dir, close } = await writeContent(tinyContent());
  t.after(close);
  const kept = await readFacts({ dir, about: ABOUT, everything: false });
  assert.deepEqual([kept.truth, kept.scores], [null, null]);
});

test('a dataset without rows has facts too', async (t) => {
  const { rows, served, requests, calls, levels } = await factsOf(t, (content) => {
    Object.assign(content, { traces: [], logs: [], metrics: [], changes: [] });
  });
  assert.deepEqual([rows, served, requests, calls, levels], [0, [], [], [], []]);
});
