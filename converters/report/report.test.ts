import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { apart } from './draw/chart.ts';
import { layered } from './draw/layers.ts';
import { count, duration, percent, short, sinceStart } from './page/figures.ts';
import { html } from './page/html.ts';
import { DurationSketch } from './read/sketch.ts';
import { templateOf } from './read/templates.ts';
import { ABOUT, tinyContent, word, writeContent } from './report.test-world.ts';
import { writeReport } from './report.ts';

test('the same dataset gives the same bytes; the one that goes with it shows no ground truth', async (t) => {
  const { dir, close } = await writeContent(tinyContent());
  t.after(close);
  const of = async (everything: boolean) => {
    const { path, bytes } = await writeReport({ dir, about: ABOUT, everything });
    const text = await readFile(path, 'utf8');
    assert.equal(Buffer.byteLength(text), bytes);
    return text;
  };
  const [full, sealed] = [await of(true), await of(false)];
  assert.equal(await of(true), full);
  assert.equal(await of(false), sealed);
  assert.ok(full.includes('id="truth"') && full.includes('id="detectors"') && !full.includes('full.html'));
  assert.ok(
    !sealed.includes('id="truth"') && !sealed.includes('id="detectors"') && !sealed.includes('heap-leak'),
  );
  assert.ok(sealed.includes('<a href="full.html">'));
  assert.match(full, /1 of 2 checks of single cases that are ok<[\s\S]+the impact:02-heap-leak#1/);
  assert.match(full, /Checks of single cases<[\s\S]+the onset:02-heap-leak#1/);
  assert.match(sealed, /Data: CC-BY-4\.0/);
  assert.ok(
    sealed.includes('read_parquet(&quot;ocsf_traces.parquet&quot;)') && !sealed.includes('data/tiny'),
  );
  const again = '<code>FAULTLINE_HOLD=9s npm run dataset -- --campaign quick --seed 7</code>';
  assert.ok(sealed.includes(again) && full.includes(again), 'the command of the run itself');
});

test('what is zero wherever it is known is said once, and is no column', async (t) => {
  const content = tinyContent();
  const [sample] = content.metrics;
  const pool = { metric_name: 'db_pool_connections', metric_value: 0, labels: '{"state":"waiting"}' };
  content.metrics.push({ ...sample, ...pool });
  const { dir, close } = await writeContent(content);
  t.after(close);
  const { path } = await writeReport({ dir, about: ABOUT, everything: false });
  const text = await readFile(path, 'utf8');
  assert.match(text, /Zero all the time: waiting for the DB pool/);
  assert.doesNotMatch(text, /<th[^>]*>Waiting for the DB pool/);
  assert.match(text, /<th[^>]*>Heap used, MB/);
});

test('what is not there is not on the page', async (t) => {
  const content = tinyContent();
  Object.assign(content, {
    traces: [],
    logs: [],
    metrics: [],
    changes: [],
    windows: null,
    quality: null,
    cases: null,
    detectors: null,
  });
  const { dir, close } = await writeContent(content);
  t.after(close);
  const { path, ground_truth, detectors } = await writeReport({
    dir,
    about: { ...ABOUT, target: 'foreign' },
    everything: true,
  });
  assert.equal(path, join(dir, 'report/full.html'));
  assert.deepEqual([ground_truth, detectors], [false, false]);
  const text = await readFile(path, 'utf8');
  assert.match(text, /not judged/);
  assert.doesNotMatch(text, /CC-BY|run it again/);
  assert.match(text, /Nothing was changed/);
  for (const id of ['map', 'requests', 'logs', 'quality', 'detectors'])
    assert.ok(!text.includes(`<section id="${id}"`), id);
});

test('of many calls the most used are drawn, and the page says so of the drawing, not of the table', async (t) => {
  const content = tinyContent();
  const [, call] = content.traces;
  content.traces = Array.from({ length: 50 }, (_, i) => ({
    ...call,
    peer_port: null,
    peer_service: `s-${i}`,
  }));
  const { dir, close } = await writeContent(content);
  t.after(close);
  const { path } = await writeReport({ dir, about: ABOUT, everything: false });
  const text = await readFile(path, 'utf8');
  const table = /<caption>Service map<\/caption>[\s\S]*?<\/table>/.exec(text)?.[0] ?? '';
  assert.equal(table.match(/<td[^>]*>s-\d+</g)?.length, 50);
  assert.match(text, /Drawn are the 40 most used of 50; the table lists all\./);
});

test('of templates beyond those that are kept the page says how many lines they have', async (t) => {
  const { dir, close } = await writeContent({
    ...tinyContent(),
    logs: Array.from({ length: 2_010 }, (_, i) => ({
      ...{ time: ABOUT.window.start_ms, event_kind: 'log', class_uid: 6008 },
      message: word(i),
    })),
  });
  t.after(close);
  const { path } = await writeReport({ dir, about: ABOUT, everything: false });
  const text = await readFile(path, 'utf8');
  assert.match(text, /<h3>The 20 most frequent of the first 2,000 templates<\/h3>/);
  assert.match(text, /There are more than 2,000 templates; 10 lines belong to others\./);
});

test('text is escaped wherever it is put, markup is not', () => {
  const hostile = `<a href='x' title="y">&\u0000`;
  assert.equal(
    String(html`<p title="${hostile}">${[html`<b>${hostile}</b>`, null, false]}</p>`),
    '<p title="&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;\ufffd"><b>&lt;a href=&#39;x&#39; title=&quot;y&quot;&gt;&amp;\ufffd</b></p>',
  );
});

test('quantiles of a sketch are those of the nearest rank, to 1 %', () => {
  const sketch = new DurationSketch();
  assert.deepEqual(sketch.quantiles([0.5]), [null]);
  for (let i = 1000; i >= 1; i--) sketch.add(i);
  for (const [share, wanted] of [
    [0, 1],
    [0.5, 500],
    [0.99, 990],
    [1, 1000],
  ] as const) {
    const [found] = sketch.quantiles([share]);
    assert.ok(Math.abs((found ?? 0) / wanted - 1) <= 0.01, `${share}: ${found} must be near ${wanted}`);
  }
});

test('who calls stands before who is called, also where they call one another', () => {
  const call = (from: string, to: string, calls: number) => ({ from, to, calls, failed: 0 });
  const { nodes, routes, layers } = layered([
    call('a', 'b', 9),
    call('b', 'c', 5),
    call('a', 'c', 3),
    call('c', 'a', 1),
    call('b', 'b', 7),
  ]);
  assert.deepEqual(
    nodes.map(({ id, layer }) => [id, layer]),
    [
      ['a', 0],
      ['b', 1],
      ['c', 2],
    ],
  );
  assert.equal(layers, 3);
  // the least used way back is left out; the line from a to c has a place of its own beside b
  assert.deepEqual(
    routes.map(({ call: { from, to }, places }) => [from, to, places.length]),
    [
      ['a', 'b', 2],
      ['a', 'c', 3],
      ['b', 'c', 2],
    ],
  );
  const [b, passing] = [nodes[1], routes[1]?.places[1]];
  assert.equal(Math.abs((b?.order ?? 0) - (passing?.order ?? 0)), 1);
});

test('places are kept apart and inside', () => {
  assert.deepEqual(apart([10, 11, 50], 5, [0, 100]), [10, 15, 50]);
  assert.deepEqual(apart([99, 98, 1], 5, [0, 100]), [100, 95, 1]);
});

test('a template is a line without what changes', () => {
  assert.equal(templateOf('order 17 took 12.5 ms'), 'order … took … ms');
  assert.equal(templateOf("user 'o\\'neill' of 7b1d6f0e-1c2d-4e5f-8a9b-0c1d2e3f4a5b"), 'user … of …');
  assert.equal(templateOf('commit deadbeef01 at 0x7f'), 'commit … at …');
  assert.equal(templateOf('facade added'), 'facade added');
  assert.ok(templateOf('x'.repeat(1_000_000)).length <= 161);
});

test('figures are written the same everywhere', () => {
  assert.deepEqual(
    [count(1234567), count(12), short(0.012345), short(null), short(1234.5)],
    ['1,234,567', '12', '0.0123', '–', '1,235'],
  );
  assert.deepEqual(
    [percent(0.0393), percent(0), percent(0.00001), percent(null)],
    ['3.93 %', '0 %', '<0.01 %', '–'],
  );
  assert.deepEqual(
    [duration(0.42), duration(98.04), duration(1506), duration(null)],
    ['0.42 ms', '98 ms', '1.51 s', '–'],
  );
  assert.deepEqual([sinceStart(185_000), sinceStart(3_785_000)], ['3:05', '1:03:05']);
});
