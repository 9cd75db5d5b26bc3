import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DetectorReport, Figures, WindowCounts } from './report.ts';
import { told } from './told.ts';

const counts: WindowCounts = {
  ...{ positive: 6, negative: 100, rollout: 4, before_onset: 2, recovery: 1, left_out_case: 8 },
  prevalence: 0.0566,
};
const figures: Figures = {
  ...{ positives: 6, negatives: 100, roc_auc: 0.8, pr_auc: 0.4, best_f1: 0.5, floor_f1: 0.1071 },
};
const forest = { name: 'isolation_forest', features: 'all', onset: figures, trigger: figures } as const;
const line = { name: 'error count', onset: figures, trigger: figures };
const report: DetectorReport = {
  schema_version: 1,
  note: null,
  checks: [
    {
      ...{ name: 'best_detector', title: 'best', figure: 0.95, limit: '0.65–0.92', ok: false, gate: false },
      why: 'too easy',
    },
    {
      name: 'prevalence',
      title: 'share',
      figure: 0.057,
      limit: '1–10 %',
      ok: null,
      gate: false,
      why: 'rare',
    },
  ],
  windows: {
    ...{
      window_ms: 10_000,
      services: ['web-api'],
      per_service: 121,
      total: 121,
      onset: counts,
      trigger: counts,
    },
    scenarios: ['02-heap-leak'],
    cases_left_out: [{ case: 3, scenario: '05-slow-query', why: 'no onset' }],
    features: { logs: 11 },
  },
  detectors: [forest],
  one_liners: [line],
  per_scenario: { '02-heap-leak': { detectors: [forest], one_liners: [line], chance_auc: 0.7 } },
  metadata: { features: ['hour'], cross_validated_auc: null, in_sample_auc: 0.5, services: [] },
};

test('what is short says why it matters; what was not judged says nothing', () => {
  const text = told(report);
  assert.match(text, /^△ best: 0\.950 \(0\.65–0\.92\): short, too easy$/m);
  assert.match(text, /^· share: 0\.057 \(1–10 %\)$/m);
  assert.match(text, /^left out: case 3, 05-slow-query: no onset$/m);
  assert.match(text, /^isolation_forest +all +0\.800 +0\.400 +0\.500 +0\.107/m);
  assert.match(text, /^02-heap-leak +6 +0\.800 +0\.800 +0\.700 +error count$/m);
});

test('a report without scores says why, and has no tables', () => {
  const text = told({ ...report, note: 'no positive window' });
  assert.match(text, /^not scored: no positive window$/m);
  assert.doesNotMatch(text, /isolation_forest/);
});
