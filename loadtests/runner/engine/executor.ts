import type { ScenarioPlan } from '../options/scenario.ts';
import { constantArrivals, rampingArrivals } from '../schedule/arrivals.ts';
import { now, sleepUntil } from './clock.ts';
import type { ScenarioRun } from './scenario.ts';
import type { Vu } from './vu.ts';

type Arrival = Extract<ScenarioPlan, { preAllocatedVUs: number }>;

/** Starts iterations as the scenario's executor says; returns when no more will start. */
export async function runExecutor({
  scenario,
  stop,
}: {
  scenario: ScenarioRun;
  stop: AbortSignal;
}): Promise<void> {
  const { plan } = scenario.part;
  if ('preAllocatedVUs' in plan) return arrivalRate({ scenario, plan, stop });
  const vus = Array.from({ length: plan.vus }, () => scenario.createVu());
  if (!(await sleepUntil({ target: scenario.startAt, signal: stop }))) return;

  const end = scenario.startAt + scenario.lengthMs;
  const mayStart = () => !stop.aborted && now() < end;
  let shared = plan.executor === 'shared-iterations' ? plan.iterations : 0;
  const take = (done: number) => {
    if (plan.executor === 'constant-vus') return true;
    if (plan.executor === 'per-vu-iterations') return done < plan.iterations;
    return shared-- > 0;
  };
  const loops = vus.map(async (vu) => {
    for (let done = 0; mayStart() && take(done); done++) await scenario.iterate({ vu });
  });
  // Iterations that outlast the end are gracefulStop's business, so their loops are not waited for beyond it.
  const over = new AbortController();
  const all = Promise.all(loops).then(() => over.abort());
  await sleepUntil({ target: end, signal: AbortSignal.any([over.signal, stop]) });
  if (over.signal.aborted) await all;
}

/**
 * Every start comes from the schedule, never from an earlier iteration. Without a free VU the iteration is dropped
 * and, up to maxVUs, one VU is added for those that follow: k6 does the same.
 */
async function arrivalRate({
  scenario,
  plan,
  stop,
}: {
  scenario: ScenarioRun;
  plan: Arrival;
  stop: AbortSignal;
}): Promise<void> {
  const free: Vu[] = Array.from({ length: plan.preAllocatedVUs }, () => scenario.createVu());
  let created = free.length;
  const arrivals = plan.executor === 'constant-arrival-rate' ? constantArrivals(plan) : rampingArrivals(plan);
  for (const offset of scenario.part.division.select(arrivals)) {
    const intendedAt = scenario.startAt + offset;
    if (!(await sleepUntil({ target: intendedAt, signal: stop }))) return;
    const vu = free.pop();
    if (vu) {
      scenario.iterate({ vu, intendedAt }).then(() => free.push(vu));
      continue;
    }
    scenario.test.recordDropped(scenario);
    if (created < plan.maxVUs) {
      free.push(scenario.createVu());
      created++;
    }
  }
  await sleepUntil({ target: scenario.startAt + plan.durationMs, signal: stop });
}
