import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { benchRecord } from '../../converters/bench/dataset.ts';
import { rawObjects } from '../../converters/bench/telemetry.ts';
import { convertRun } from '../../converters/convert.ts';
import { fetchDataset } from '../../converters/dataset/fetch.ts';
import { listDatasets } from '../../converters/dataset/list.ts';
import { parseManifest } from '../../converters/dataset/manifest.ts';
import { verifyDataset } from '../../converters/dataset/verify.ts';
import type { DetectorReport } from '../../converters/judge/detectors.ts';
import { RunNotSound } from '../../converters/judge/not-sound.ts';
import type { QualityCheck } from '../../converters/judge/quality.ts';
import { html } from '../../converters/report/page/html.ts';
import { writeReport } from '../../converters/report/report.ts';
import { MemoryStore } from '../../converters/store/memory.ts';
import { putTruth, type RunTruth } from '../../converters/truth/record.ts';
import { SCENARIOS } from '../../loadtests/campaign/plan/catalogue.ts';
import { truthWords } from '../../loadtests/campaign/plan/truth-words.ts';
import { manifestOf } from './dataset-folder.ts';
import { type SealOptions, sealAndJudge } from './seal.ts';

const REQUESTS = 200;
const record = benchRecord(REQUESTS);
const START = record.window.start_ms;
const span = (from: number, to: number) => ({ start_ms: START + from, end_ms: START + to });
const TRUTH: RunTruth = {
  ...{ schema_version: 1, run_id: 'bench', campaign: 'quick', seed: 1, time_scale: 40, plan_hash: null },
  ...{ complete: true, traffic: { ...span(0, 2000), rate: 100, shape: 'flat' }, scaled: {} },
  cases: [
    {
      ...{ case: 1, scenario: '06-plain-flag', kind: 'flag_on', truth: 'benign', twin: '02-heap-leak' },
      ...{ affected: { services: [], routes: [] }, indicator: null, load: null, change: null, revert: null },
      phases: {
        ...{ baseline: span(100, 500), change: span(500, 500), hold: span(500, 1200) },
        ...{ revert: span(1200, 1200), cooldown: span(1200, 1500) },
      },
    },
  ],
};

async function converted({ planted, truth }: { planted?: string; truth?: RunTruth } = {}) {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  for (const { key, bytes } of rawObjects({ requests: REQUESTS, start: START })) await raw.put(key, bytes);
  if (planted !== undefined) {
    const body = { stringValue: planted };
    const logRecords = [{ observedTimeUnixNano: `${START + 900}000000`, body }];
    const request = { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
    const minute = new Date(START).toISOString().slice(0, 16).replaceAll(/[-T:]/g, '/');
    await raw.put(`raw/${minute}/logs_planted.json.gz`, gzipSync(JSON.stringify(request)));
  }
  if (truth) await putTruth({ raw, truth });
  await convertRun({ raw, record });
  const seal = (more: Partial<SealOptions> = {}) =>
    sealAndJudge({
      ...{ raw, datasets, record, signal: AbortSignal.timeout(60_000), update: () => undefined },
      detectors: async () => null,
      ...more,
    });
  return { raw, datasets, seal };
}

async function keysOf(store: MemoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

async function fetched(t: TestContext, { datasets, labels }: { datasets: MemoryStore; labels: boolean }) {
  const folder = await mkdtemp(join(tmpdir(), 'sealed-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const to = join(folder, 'bench');
  await fetchDataset({ datasets, runId: 'bench', to, labels });
  return { to, report: await verifyDataset({ directory: to, datasets }) };
}

test('a run with a ground truth is sealed with its labels, which are brought only when asked for', async (t) => {
  const { datasets, seal } = await converted({ truth: TRUTH });
  const { quality } = await seal();
  assert.ok(quality.sound, JSON.stringify(quality.checks.filter(({ ok }) => ok === false)));
  assert.equal(quality.campaign, 'quick');
  const keys = await keysOf(datasets);
  for (const name of [
    'windows.parquet',
    'ocsf_eval_subset.parquet',
    'cases.json',
    'normal.json',
    'SHA256SUMS',
  ])
    assert.ok(keys.includes(`bench/labels/${name}`), name);
  const with_ = await fetched(t, { datasets, labels: true });
  assert.deepEqual([with_.report.findings, with_.report.forced], [[], []]);
  const without = await fetched(t, { datasets, labels: false });
  assert.deepEqual(without.report.findings, []);
  assert.equal(with_.report.files - without.report.files, 5);
  const sums = await readFile(join(without.to, 'SHA256SUMS'), 'utf8');
  assert.ok(!sums.includes('labels/') && sums.includes('  report/quality.json\n'));
  assert.ok(sums.includes('  report/index.html\n'));
  assert.doesNotMatch(await readFile(join(without.to, 'report/index.html'), 'utf8'), /id="truth"/);
  // What is drawn with the ground truth is no part of it.
  const manifest = await manifestOf(with_.to);
  const full = await writeReport({ dir: with_.to, about: manifest, everything: true });
  assert.ok(full.ground_truth && full.path.endsWith('report/full.html'));
  assert.match(await readFile(full.path, 'utf8'), /id="truth"/);
  assert.deepEqual((await verifyDataset({ directory: with_.to, datasets })).findings, []);
  const named = parseManifest({ bytes: await datasets.get('bench/manifest.json'), where: 'here' });
  assert.ok(named.files.some(({ path, rows }) => path === 'labels/windows.parquet' && rows === 1));
  // The same again is the same dataset.
  await seal();
});

/** A fault, that nobody can see in such telemetry and that was not taken back, and a harmless change. */
function campaign(): RunTruth {
  const [benign] = TRUTH.cases;
  assert.ok(benign);
  const change = {
    ...{ uid: 'c-1', kind: 'migration', service: 'postgres', from: 'applied', to: 'reverted', request: {} },
    ...{ started_ms: START + 1613, acknowledged_ms: START + 1620, error: null, status: 'applied' as const },
  };
  const fault: RunTruth['cases'][number] = {
    ...{ ...benign, case: 2, scenario: '05-slow-query', kind: 'slow_query', truth: 'fault' },
    ...{ twin: '09-new-index', affected: { services: ['web-api'], routes: ['/api/search'] }, change },
    revert: {
      ...change,
      uid: 'c-2',
      status: 'failed',
      error: 'lock timeout',
      started_ms: START + 1817,
      acknowledged_ms: START + 1820,
    },
    phases: {
      ...{ baseline: span(1500, 1613), change: span(1613, 1620), hold: span(1620, 1817) },
      ...{ revert: span(1817, 1820), cooldown: span(1820, 1900) },
    },
  };
  return { ...TRUTH, cases: [benign, fault] };
}

test('what comes without the labels names no case of a campaign: which was a fault, where and when', async (t) => {
  const { datasets, seal } = await converted({ truth: campaign() });
  const { quality } = await seal({ force: true });
  const single = quality.checks.filter(({ name }) => name.includes('#'));
  assert.equal(single.length, 5, 'the command itself tells of each case');
  const { to } = await fetched(t, { datasets, labels: false });
  const names = SCENARIOS.map(({ name }) => name);
  const words = truthWords().filter((word) => names.some((name) => name.includes(word)));
  assert.ok(words.length > 20);
  for (const file of [
    'report/index.html',
    'report/quality.json',
    'splits.json',
    'croissant.json',
    'README.md',
  ]) {
    const text = await readFile(join(to, file), 'utf8');
    assert.deepEqual(
      words.filter((word) => text.toLowerCase().includes(word)),
      [],
      file,
    );
    for (const word of ['lock timeout', `${START + 1613}`, `${START + 1817}`])
      assert.ok(!text.includes(word), `${file}: ${word}`);
  }
  const published = JSON.parse(await readFile(join(to, 'report/quality.json'), 'utf8'));
  const figures = Object.fromEntries(
    (published.checks as QualityCheck[]).map(({ name, figure }) => [name, figure]),
  );
  assert.equal('cases' in published, false);
  assert.deepEqual(
    [figures.mechanisms, figures.no_impacts, figures.reverts],
    ['0 of 1', '1 of 1', 'all but 1'],
  );

  // Who asks for the labels has all of it.
  const with_ = await fetched(t, { datasets, labels: true });
  assert.deepEqual(with_.report.findings, []);
  const cases = JSON.parse(await readFile(join(with_.to, 'labels/cases.json'), 'utf8'));
  const reverts = quality.checks.filter(({ name }) => name === 'reverts');
  assert.deepEqual(cases.checks, [...single, ...reverts]);
  const sums = await readFile(join(with_.to, 'labels/SHA256SUMS'), 'utf8');
  assert.match(sums, / {2}cases\.json\n/);
  const about = await manifestOf(with_.to);
  const full = await writeReport({ dir: with_.to, about, everything: true });
  const page = await readFile(full.path, 'utf8');
  for (const { title } of single) assert.ok(page.includes(String(html`${title}`)), title);
  assert.match(page, /05-slow-query: lock timeout/);
});

test('a run without a ground truth has no labels', async () => {
  const { datasets, seal } = await converted();
  const { quality } = await seal();
  assert.deepEqual([quality.cases, quality.campaign, quality.prevalence], [[], null, null]);
  assert.ok(!(await keysOf(datasets)).some((key) => key.includes('labels/')));
});

test('a run that fails a gate is not published; forced, its manifest says which', async (t) => {
  const { raw, datasets, seal } = await converted({ planted: 'the chaos is on', truth: TRUTH });
  const kept = await keysOf(raw);
  await assert.rejects(seal(), (error: RunNotSound) => {
    assert.ok(error instanceof RunNotSound);
    assert.equal(error.code, 'RUN_NOT_SOUND');
    assert.match(error.message, /leaks: \d+: chaos, must be 0 texts/);
    assert.match(error.message, /faultline seal bench --force/);
    assert.ok(error.message.endsWith(`\nThe whole judgement: ${raw.url}/runs/bench/quality.json`));
    assert.equal(error.quality.checks.find(({ name }) => name === 'leaks')?.ok, false);
    return true;
  });
  assert.deepEqual(await keysOf(datasets), []);
  const refused = 'runs/bench/quality.json';
  assert.deepEqual(await keysOf(raw), [...kept, refused].sort(), 'all that was read is kept');
  const judged = JSON.parse(Buffer.from(await raw.get(refused)).toString('utf8'));
  assert.deepEqual([judged.sound, judged.cases.length], [false, 1]);

  const { quality } = await seal({ force: true });
  assert.equal(quality.sound, false);
  const { report } = await fetched(t, { datasets, labels: true });
  assert.deepEqual([report.findings, report.forced], [[], ['leaks']]);
  const [entry] = await listDatasets({ datasets });
  assert.deepEqual(entry && 'forced' in entry && entry.forced, ['leaks']);
});

test('detectors inform: their checks are among the others, and whether they ran is told', async (t) => {
  const { datasets, seal } = await converted({ truth: TRUTH });
  const check = { name: 'best_auc', title: 'best of them', figure: 0.8, limit: '0.65 to 0.92', ok: true };
  const report = { schema_version: 1, checks: [check], detectors: [] } as DetectorReport;
  const asked: unknown[] = [];
  const { quality } = await seal({
    detectors: async ({ campaign }) => {
      asked.push(campaign);
      return report;
    },
  });
  assert.deepEqual(asked, ['quick']);
  assert.deepEqual(quality.checks.at(-1), { ...check, figure: '0.8', gate: false });
  // Their report comes with the dataset and is no part of it: sealed where they do not run, or say otherwise, it is the same.
  const manifest = await datasets.get('bench/manifest.json');
  const { to, report: verified } = await fetched(t, { datasets, labels: true });
  assert.deepEqual([verified.findings, verified.detectors], [[], [check]]);
  // It names the faults: it comes with the labels.
  assert.equal((await fetched(t, { datasets, labels: false })).report.detectors, null);
  assert.deepEqual(JSON.parse(await readFile(join(to, 'report/detectors.json'), 'utf8')), report);
  assert.ok(!(await readFile(join(to, 'report/quality.json'), 'utf8')).includes('best_auc'));
  await seal();
  await seal({ detectors: async () => ({ checks: [{ ...check, figure: 0.9 }] }) });
  assert.deepEqual(await datasets.get('bench/manifest.json'), manifest);
  // One that is here is kept: the user may have made it.
  await fetchDataset({ datasets, runId: 'bench', to, labels: true });
  assert.match(await readFile(join(to, 'report/detectors.json'), 'utf8'), /0\.8/);

  const told = async (detectors: SealOptions['detectors']) => {
    const { seal: again } = await converted({ truth: TRUTH });
    const { checks, sound } = (await again(detectors ? { detectors } : {})).quality;
    assert.ok(sound);
    return checks.find(({ name }) => name === 'detectors');
  };
  const none = await told(async () => null);
  assert.deepEqual([none?.ok, none?.gate, none?.figure], [null, false, 'not run: npm run quality']);
  const failed = await told(async () => {
    throw new Error('no such package\nand more');
  });
  assert.deepEqual([failed?.ok, failed?.figure], [null, 'not run: no such package']);
});
