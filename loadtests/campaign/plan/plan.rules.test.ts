import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAMPAIGN_NAMES, type CampaignName, CONTAINER_CHANGE_S } from './campaigns.ts';
import { SCENARIOS, scenarioOf } from './catalogue.ts';
import { PHASES, type Plan, type PlannedCase, plan } from './plan.ts';

// The rules that every plan keeps, whatever its seed.

const SEEDS = Array.from({ length: 300 }, (_, i) => i * 9_973 + (i % 2) * 4_000_000_000);

const forAll = (campaign: CampaignName, rule: (made: Plan, about: string) => void) => {
  for (const seed of SEEDS) rule(plan({ campaign, seed }), `${campaign}, seed ${seed}`);
};

const faultsOf = ({ cases }: Plan) => cases.filter(({ truth }) => truth === 'fault');
const namesOf = (cases: readonly PlannedCase[]) => cases.map(({ scenario }) => scenario).sort();
const startOf = ({ phases }: PlannedCase) => phases.baseline.start_ms;
const endOf = ({ phases }: PlannedCase) => phases.cooldown.end_ms;

for (const campaign of CAMPAIGN_NAMES) {
  test(`${campaign}: the phases of a case follow each other within the run, in whole milliseconds`, () => {
    forAll(campaign, ({ cases, duration_ms }, about) => {
      for (const { phases, scenario } of cases) {
        const spans = PHASES.map((phase) => phases[phase]);
        for (const [i, { start_ms, end_ms }] of spans.entries()) {
          assert.ok(Number.isInteger(start_ms) && start_ms <= end_ms, `${about}: ${scenario}`);
          if (i > 0) assert.equal(start_ms, spans[i - 1]?.end_ms, `${about}: ${scenario}`);
        }
        assert.ok(phases.baseline.start_ms >= 0 && phases.cooldown.end_ms <= duration_ms, about);
        for (const phase of ['baseline', 'hold', 'cooldown'] as const)
          assert.ok(phases[phase].end_ms > phases[phase].start_ms, `${about}: ${scenario} ${phase}`);
      }
    });
  });

  test(`${campaign}: no case begins before the one before it has cooled down, benign ones neither`, () => {
    forAll(campaign, ({ cases }, about) => {
      for (const [i, later] of cases.entries()) {
        const earlier = cases[i - 1];
        if (earlier) assert.ok(endOf(earlier) <= startOf(later), `${about}: ${later.scenario}`);
      }
    });
  });

  test(`${campaign}: a case has the change, the twin and the length of its scenario`, () => {
    forAll(campaign, ({ cases, time_scale }, about) => {
      for (const { scenario, truth, twin, change, revert, phases } of cases) {
        const known = scenarioOf(scenario);
        assert.deepEqual({ truth, twin, change, revert }, pick(known), about);
        const held = (phases.hold.end_ms - phases.hold.start_ms) / 1000;
        const [least, most] = [0, 1].map((end) =>
          Math.max(Math.ceil((known.hold.scale1[end] ?? 0) / time_scale), known.hold.least[end] ?? 0),
        );
        assert.ok(held >= (least ?? 0) && held <= (most ?? 0), `${about}: ${scenario} holds ${held} s`);
        const took = phases.change.end_ms - phases.change.start_ms;
        assert.equal(took > 0, change !== null, `${about}: ${scenario}`);
        assert.equal(phases.revert.end_ms > phases.revert.start_ms, revert !== null, `${about}: ${scenario}`);
      }
    });
  });
}

const pick = ({ truth, twin, change, revert }: (typeof SCENARIOS)[number]) => ({
  ...{ truth, twin, change, revert },
});

test('quick: at most 13 minutes and 5 seconds, each fault and its twin once, one surge, at a flat rate and a declared time scale', () => {
  forAll('quick', (made, about) => {
    assert.ok(made.duration_ms <= 785_000, about);
    assert.equal(made.traffic.shape, 'flat');
    assert.deepEqual([made.time_scale, made.scaled], [40, { RECENT_VIEWS_DAYS: 40 }]);
    const faults = namesOf(faultsOf(made));
    assert.deepEqual(faults, ['02-heap-leak', '03-pool-exhaustion', '04-cache-storm', '05-slow-query']);
    const twins = faults.map((name) => scenarioOf(name).twin ?? '');
    const benign = namesOf(made.cases.filter(({ truth }) => truth === 'benign'));
    assert.deepEqual(benign, [...twins, '10-surge'].sort(), about);
  });
});

/** From and to, in seconds: of baseline, change, hold, revert and cooldown. */
const QUICK: Record<string, readonly (readonly [number, number])[]> = {
  '02-heap-leak': [
    [15, 20],
    [3, 3],
    [65, 75],
    [3, 3],
    [20, 25],
  ],
  '03-pool-exhaustion': [
    [15, 20],
    [15, 15],
    [45, 55],
    [15, 15],
    [30, 35],
  ],
  '04-cache-storm': [
    [15, 20],
    [3, 3],
    [25, 30],
    [0, 0],
    [10, 15],
  ],
  '05-slow-query': [
    [15, 20],
    [5, 5],
    [40, 45],
    [5, 5],
    [20, 25],
  ],
  '06-plain-flag': [
    [15, 20],
    [3, 3],
    [32, 36],
    [3, 3],
    [10, 15],
  ],
  '07-sound-release': [
    [15, 20],
    [15, 15],
    [32, 36],
    [15, 15],
    [10, 15],
  ],
  '08-quiet-flush': [
    [30, 35],
    [3, 3],
    [36, 40],
    [0, 0],
    [20, 25],
  ],
  '09-new-index': [
    [15, 20],
    [5, 5],
    [32, 36],
    [5, 5],
    [10, 15],
  ],
  '10-surge': [
    [15, 20],
    [0, 0],
    [30, 36],
    [0, 0],
    [10, 15],
  ],
};

test('quick: every phase is as long as its mechanism needs and the judge can see', () => {
  const seen = new Set<string>();
  forAll('quick', ({ cases }, about) => {
    for (const { scenario, phases } of cases)
      for (const [i, phase] of PHASES.entries()) {
        const [least, most] = QUICK[scenario]?.[i] ?? [-1, -1];
        const length = (phases[phase].end_ms - phases[phase].start_ms) / 1000;
        assert.ok(length >= least && length <= most, `${about}: ${scenario} ${phase} ${length} s`);
        seen.add(`${scenario} ${phase} ${length}`);
      }
  });
  assert.ok(seen.has('02-heap-leak hold 65') && seen.has('05-slow-query baseline 16'), 'they vary');
});

test('where a replacement takes longer, so does the run, and nothing else is otherwise', () => {
  const usual = plan({ campaign: 'quick', seed: 11 });
  const longer = plan({ campaign: 'quick', seed: 11, changeS: CONTAINER_CHANGE_S });
  const order = ({ cases }: Plan) => cases.map(({ scenario }) => scenario);
  assert.deepEqual(order(longer), order(usual));
  assert.equal(longer.duration_ms - usual.duration_ms, 4 * 45_000); // two deployments and their rollbacks
  for (const { change, phases } of longer.cases)
    if (change?.kind === 'deployment') assert.equal(phases.change.end_ms - phases.change.start_ms, 60_000);
});

test('standard: two hours with six to eight faults, all benign changes, and traffic for 72,000 events', () => {
  const counts = new Set<number>();
  forAll('standard', (made, about) => {
    assert.equal(made.duration_ms, 2 * 3_600_000);
    assert.equal(made.traffic.shape, 'slow_wave');
    const faults = faultsOf(made);
    counts.add(faults.length);
    assert.equal(new Set(namesOf(faults)).size, 4, about);
    const benign = SCENARIOS.filter(({ truth }) => truth === 'benign').map(({ name }) => name);
    assert.deepEqual(namesOf(made.cases.filter(({ truth }) => truth === 'benign')), benign.sort(), about);
    // One event a request is the very least: its access line.
    assert.ok(made.traffic.requests >= 72_000, `${about}: ${made.traffic.requests} requests`);
    const harmful = faults.reduce(
      (sum, { phases }) => sum + phases.revert.end_ms - phases.change.start_ms,
      0,
    );
    assert.ok(harmful <= 0.35 * made.duration_ms, `${about}: faults hold ${harmful} ms`);
  });
  assert.deepEqual([...counts].sort(), [6, 7, 8]);
});

test('none: traffic alone', () => {
  forAll('none', ({ cases, duration_ms, traffic, time_scale }) => {
    assert.deepEqual(cases, []);
    assert.equal(time_scale, 1);
    assert.equal(traffic.requests, (traffic.rate * duration_ms) / 1000);
  });
});

test('a scenario may stand anywhere: over many seeds it is in each part of the run, and in each place of the order', () => {
  for (const campaign of ['quick', 'standard'] as const) {
    for (const { name } of SCENARIOS) {
      const quarters = new Set<number>();
      const places = new Set<number>();
      let most = 0;
      forAll(campaign, ({ cases, duration_ms }) => {
        most = Math.max(most, cases.length);
        for (const [place, found] of cases.entries()) {
          if (found.scenario !== name) continue;
          places.add(place);
          quarters.add(Math.floor((4 * found.phases.change.start_ms) / duration_ms));
        }
      });
      if (places.size === 0) continue; // not one of this campaign
      assert.equal(quarters.size, 4, `${campaign}: ${name} in quarters ${[...quarters]}`);
      assert.equal(places.size, most, `${campaign}: ${name} in places ${[...places]}`);
    }
  }
});

test('load of its own: over the hold of a surge, over all of a flush at low traffic', () => {
  const { cases, traffic, duration_ms } = plan({ campaign: 'quick', seed: 3 });
  const at = (name: string) => cases.find(({ scenario }) => scenario === name);
  assert.deepEqual(at('10-surge')?.load, { factor: 3, ...at('10-surge')?.phases.hold });
  const quiet = at('08-quiet-flush');
  assert.ok(quiet);
  assert.deepEqual(quiet.load, { factor: 0.2, start_ms: startOf(quiet), end_ms: endOf(quiet) });
  const seconds = ({ load }: PlannedCase) => (load ? (load.end_ms - load.start_ms) / 1000 : 0);
  const extra = cases.reduce((sum, found) => sum + ((found.load?.factor ?? 1) - 1) * seconds(found), 0);
  assert.equal(traffic.requests, Math.round(traffic.rate * (duration_ms / 1000 + extra)));
});
