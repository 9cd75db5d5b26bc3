import type { ScenarioPlan } from '../options/scenario.ts';
import { Division } from './division.ts';

/** What of a scenario one segment of the execution does. */
export interface ScenarioPart {
  /** With the VUs, and of shared-iterations the iterations, of this segment alone. */
  readonly plan: ScenarioPlan;
  /** Whom starts and iterations belong to. */
  readonly division: Division;
  /** The number of an iteration, from 0: no two segments have one twice. */
  number(iteration: IterationPlace): number;
}

interface IterationPlace {
  /** How many this segment has started before it. */
  readonly started: number;
  /** Which of this segment's VUs of the scenario runs it, and how many that has run before. */
  readonly vu: number;
  readonly turn: number;
}

/**
 * As k6 divides a scenario: VUs by the segments, iterations and their starts among the segments that have VUs. Undefined for
 * a segment without VUs: one VU is in one segment alone.
 */
export function partOf({ plan, whole }: { plan: ScenarioPlan; whole: Division }): ScenarioPart | undefined {
  const allVus = 'maxVUs' in plan ? plan.maxVUs : plan.vus;
  if (whole.share(allVus) === 0) return undefined;
  const division = whole.by(allVus);
  const byStart = ({ started }: IterationPlace) => division.nth(started);
  switch (plan.executor) {
    case 'constant-arrival-rate':
    case 'ramping-arrival-rate': {
      const preAllocatedVUs = whole.share(plan.preAllocatedVUs);
      const maxVUs = whole.share(plan.maxVUs);
      return { plan: { ...plan, preAllocatedVUs, maxVUs }, division, number: byStart };
    }
    case 'constant-vus':
      return { plan: { ...plan, vus: whole.share(plan.vus) }, division, number: byStart };
    case 'per-vu-iterations':
      return {
        plan: { ...plan, vus: whole.share(plan.vus) },
        division,
        // every VU's first, then every VU's second, …: how many other segments have started is not known here
        number: whole === Division.WHOLE ? byStart : ({ vu, turn }) => turn * plan.vus + whole.nth(vu),
      };
    case 'shared-iterations': {
      const iterations = division.share(plan.iterations);
      return {
        plan: { ...plan, vus: whole.share(plan.vus), iterations },
        division,
        number: byStart,
      };
    }
  }
}
