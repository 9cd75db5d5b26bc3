import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runDetectors } from './detectors.ts';
import { testDatasets, withoutLabels } from './fixtures/datasets.ts';
import type { DetectorReport } from './report.ts';

const LABELS = 'labels/windows.parquet';

async function reportOf(dir: string, campaign?: string): Promise<DetectorReport> {
  const report = await runDetectors({ dir, build: true, ...(campaign && { campaign }) });
  assert.ok(report);
  return report;
}

const verdicts = ({ checks }: DetectorReport) => Object.fromEntries(checks.map(({ name, ok }) => [name, ok]));
const aucOf = ({ detectors }: DetectorReport, wanted: string) =>
  detectors.find(({ name, features }) => `${name} ${features}` === wanted)?.onset.roc_auc ?? Number.NaN;

test('a known anomaly is found, and what is left out is counted apart', async (t) => {
  const folder = await testDatasets(t);
  if (!folder) return;
  const report = await reportOf(join(folder, 'anomaly'), 'standard');
  assert.equal(report.note, null);

  // 4 faults with impact: positive in web-api from 75 s (50 s) to 125 s of the case; a benign replacement of 15 s and its
  // revert in both services; one fault without impact
  const { onset, trigger, per_service, services, cases_left_out: left } = report.windows;
  assert.deepEqual([services, per_service], [['auth-service', 'web-api'], 119]);
  const apart = { rollout: 2 * 5, recovery: 4 * 2, left_out_case: 10 };
  const { prevalence, ...counts } = onset;
  assert.deepEqual(counts, { positive: 4 * 6, negative: 178, before_onset: 4 * 2, ...apart });
  assert.equal(prevalence, 0.1188);
  assert.deepEqual([trigger.positive, trigger.before_onset], [4 * 8, 0]);
  assert.deepEqual(left, [{ case: 6, scenario: '02-fault', why: 'no impact' }]);

  for (const name of ['isolation_forest', 'knn_distance', 'lof_other_half'])
    for (const features of ['all', 'logs', 'traces', 'all+changes'])
      assert.ok(aucOf(report, `${name} ${features}`) > 0.9, `${name} on ${features}`);
  const forest = report.detectors.find(({ features }) => features === 'all');
  assert.equal(forest?.onset.floor_f1, 0.2124); // 2p / (1 + p), p = 24 / 202
  assert.ok(
    (forest?.trigger.roc_auc ?? 1) < (forest?.onset.roc_auc ?? 0),
    'before the onset there is nothing to see',
  );

  const { one_liners: best, chance_auc: luck } = report.per_scenario['03-fault'] ?? {};
  assert.equal(best?.[0]?.name, '3 x p95');
  assert.ok((best?.[0]?.onset.roc_auc ?? 0) > 0.95 && (luck ?? 1) < 0.9, `by luck ${luck}`);
  assert.deepEqual(verdicts(report), {
    ...{ best_detector: false, single_signal: false, hard_scenario: false, one_liners: false },
    ...{ metadata: true, metadata_in_sample: true, prevalence: false },
  });
  assert.ok(report.checks.every(({ gate }) => gate === false));
});

test('after a fault whose end nobody has seen nothing counts as quiet until the next case; after one not taken back, never', async (t) => {
  const folder = await testDatasets(t);
  if (!folder) return;
  const { onset } = (await reportOf(join(folder, 'open'))).windows;
  // case 2: 130 to 200 s of it; case 5, which is positive to its end at 180 s: all windows of web-api to the last one
  const recovery = 2 * 2 + 7 + 20;
  const { prevalence: _, ...counts } = onset;
  assert.deepEqual(counts, {
    ...{ positive: 3 * 6 + 12, negative: 159, before_onset: 4 * 2, rollout: 2 * 5 },
    ...{ recovery, left_out_case: 0 },
  });
});

test('labels that mean nothing are not found, and the same dataset gives the same report', async (t) => {
  const folder = await testDatasets(t);
  if (!folder) return;
  const report = await reportOf(join(folder, 'noise'));
  for (const { name, features, onset } of report.detectors.filter((each) => each.features !== 'all+changes'))
    assert.ok(Math.abs((onset.roc_auc ?? 1) - 0.5) < 0.15, `${name} on ${features}: ${onset.roc_auc}`);
  const { best_detector, one_liners, prevalence } = verdicts(report);
  assert.deepEqual([best_detector, one_liners, prevalence], [false, true, null]);
  assert.equal(JSON.stringify(await reportOf(join(folder, 'noise'))), JSON.stringify(report));
});

test('a version that runs only while something is broken is flagged', async (t) => {
  const folder = await testDatasets(t);
  if (!folder) return;
  const report = await reportOf(join(folder, 'telling'));
  assert.deepEqual(report.metadata.services, [
    { service: 'web-api', cross_validated_auc: 1, in_sample_auc: 1, asks: 'service_version=1.8.2' },
  ]);
  const { metadata, metadata_in_sample } = verdicts(report);
  assert.deepEqual([metadata, metadata_in_sample], [false, false]);
  for (const { name, onset } of report.detectors.filter(({ features }) => features === 'all'))
    assert.ok((onset.roc_auc ?? 1) < 0.65, `${name} must not see the version`);
});

test('a quiet run, one without labels and a short one are told as such, not scored', async (t) => {
  const folder = await testDatasets(t);
  if (!folder) return;
  const quiet = join(folder, 'quiet');
  const note = 'no positive window, since nothing was changed in this run';
  const report = await reportOf(quiet, 'standard');
  assert.equal(report.note, note);
  assert.equal(report.windows.onset.prevalence, 0);
  assert.deepEqual(
    report.checks.map(({ name, ok }) => (ok === null ? null : name)).filter((name) => name !== null),
    ['prevalence'],
  );
  await withoutLabels(quiet, { run_id: 'quiet', files: [] });
  assert.equal((await reportOf(quiet)).note, note);
  await assert.rejects(
    async () => {
      await withoutLabels(join(folder, 'anomaly'), { run_id: 'r1', files: [{ path: LABELS }] });
      await reportOf(join(folder, 'anomaly'));
    },
    { code: 'LABELS_MISSING', message: /"npx faultline fetch r1 --labels" brings it/ },
  );
  assert.match(
    (await reportOf(join(folder, 'short'))).note ?? '',
    /^too short for detectors: 5 whole windows/,
  );
});
