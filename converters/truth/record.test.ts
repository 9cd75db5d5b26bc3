import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryStore } from '../store/memory.ts';
import { type CaseTruth, putTruth, type RunTruth, readTruth, truthKey } from './record.ts';

const T = 1_790_000_000_000;
const span = (from: number, to: number) => ({ start_ms: T + from, end_ms: T + to });
const CASE: CaseTruth = {
  ...{ case: 1, scenario: '05-slow-query', kind: 'slow_query', truth: 'fault', twin: '09-new-index' },
  affected: { services: ['web-api', 'postgres'], routes: ['/api/users/:id'] },
  indicator: { metric: 'm', service: 'postgres', labels: { a: 'b' }, as: 'rate', moves: 'up' },
  load: null,
  phases: {
    ...{ baseline: span(0, 10), change: span(10, 11), hold: span(11, 50), revert: span(50, 51) },
    cooldown: span(51, 80),
  },
  change: {
    ...{ uid: 'c-1', kind: 'migration', service: 'postgres', from: 'pending', to: 'applied' },
    ...{ request: { kind: 'migration' }, started_ms: T + 10, acknowledged_ms: T + 11 },
    ...{ status: 'applied', error: null },
  },
  revert: null,
};
const TRUTH: RunTruth = {
  ...{ schema_version: 1, run_id: 'r1', campaign: 'quick', seed: 11, time_scale: 0.1, plan_hash: null },
  complete: true,
  traffic: { ...span(0, 100), rate: 20, shape: 'flat' },
  scaled: { heap_mb: 10 },
  cases: [CASE],
};

test('a truth is read as it was put, and a run without one has none', async () => {
  const raw = new MemoryStore();
  await putTruth({ raw, truth: TRUTH });
  assert.deepEqual(await readTruth({ raw, runId: 'r1' }), TRUTH);
  assert.equal(await readTruth({ raw, runId: 'r2' }), undefined);
  const wave = {
    ...TRUTH,
    traffic: { ...TRUTH.traffic, shape: 'slow_wave', amplitude: 0.4, wavelength_ms: 6e5 },
  } as RunTruth;
  await putTruth({ raw, truth: wave });
  assert.deepEqual(await readTruth({ raw, runId: 'r1' }), wave);
});

const wrong: [string, unknown, RegExp][] = [
  ['an unknown field', { ...TRUTH, verdict: 1 }, /truth\.verdict is unknown/],
  ['a missing field', { ...TRUTH, cases: undefined }, /truth\.cases is missing/],
  ['a case out of turn', { ...TRUTH, cases: [{ ...CASE, case: 2 }] }, /cases\[0\]\.case must be 1, got 2/],
  ['seconds for ms', { ...TRUTH, traffic: { ...TRUTH.traffic, end_ms: 1_790_000_000 } }, /epoch ms/],
  [
    'a phase that ends first',
    { ...TRUTH, cases: [{ ...CASE, phases: { ...CASE.phases, hold: span(50, 11) } }] },
    /hold\.end_ms must not be before/,
  ],
  [
    'a wave without its length',
    { ...TRUTH, traffic: { ...TRUTH.traffic, shape: 'slow_wave' } },
    /wavelength_ms/,
  ],
  ['the truth of another run', { ...TRUTH, run_id: 'r2' }, /must be "r1", got "r2"/],
];
for (const [what, value, message] of wrong)
  test(`${what} is refused`, async () => {
    const raw = new MemoryStore();
    await raw.put(truthKey('r1'), new TextEncoder().encode(JSON.stringify(value)));
    await assert.rejects(readTruth({ raw, runId: 'r1' }), { code: 'TRUTH_INVALID', message });
  });

test('what cannot be read is not put', async () => {
  const raw = new MemoryStore();
  const truth = { ...TRUTH, seed: -1 };
  await assert.rejects(putTruth({ raw, truth }), { code: 'TRUTH_INVALID' });
  assert.equal(await raw.head(truthKey('r1')), undefined);
});
