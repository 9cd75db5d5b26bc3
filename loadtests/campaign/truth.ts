import type { AppliedChange, CaseTruth, RunTruth, Span } from '../../converters/truth/record.ts';
import { planHash } from './plan/canonical.ts';
import { type Change, scenarioOf } from './plan/catalogue.ts';
import { PHASES, type Plan, type PlannedCase, type Span as PlannedSpan } from './plan/plan.ts';
import { type ChangePoint, readTruthPoints, type TruthPoints } from './truth-points.ts';

const NO_RECORD = 'the script left no record of it';

/**
 * What was done to the stack, and when exactly: the plan on the clock of the points that its script left. Of an interrupted
 * run the cases count that had come to their end.
 * Undefined when no traffic ever started.
 */
export async function truthOf({
  runId,
  plan,
  points: path,
  interrupted = false,
}: {
  runId: string;
  plan: Plan;
  /** Path of the points file. */
  points: string;
  interrupted?: boolean;
}): Promise<RunTruth | undefined> {
  const points = await readTruthPoints(path);
  if (points.startMs === undefined) return undefined;
  const { startMs, lastSentMs = startMs } = points;
  const planned = startMs + plan.duration_ms;
  const end_ms = interrupted ? Math.min(planned, lastSentMs) : planned;
  const { seed, time_scale, scaled, campaign, cases } = plan;
  const all = cases.map((of, i) => caseTruth({ of, number: i + 1, startMs, points }));
  const cutOff = all.findIndex((one) => one.phases.cooldown.end_ms > end_ms || (interrupted && !isTold(one)));
  const told = cutOff === -1 ? all : all.slice(0, cutOff);
  return {
    schema_version: 1,
    run_id: runId,
    ...{ campaign, seed, time_scale, scaled },
    plan_hash: planHash(plan),
    complete: !interrupted,
    traffic: { start_ms: startMs, end_ms, ...shapeOf(plan) },
    cases: told,
  };
}

/** The script was cut off before it had its answer. */
const isTold = ({ change, revert }: CaseTruth) => [change, revert].every((one) => one?.error !== NO_RECORD);

function shapeOf({ traffic: { requests: _, ...shape } }: Plan) {
  return shape;
}

function caseTruth({
  of: { scenario, truth, twin, change, revert, phases, load },
  number,
  startMs,
  points,
}: {
  of: PlannedCase;
  number: number;
  startMs: number;
  points: TruthPoints;
}): CaseTruth {
  const { kind, affected, routes, indicator } = scenarioOf(scenario);
  const onClock = ({ start_ms, end_ms }: PlannedSpan): Span => ({
    start_ms: startMs + start_ms,
    end_ms: startMs + end_ms,
  });
  const told = (phase: 'change' | 'revert', planned: Change | null) =>
    planned &&
    appliedChange({ planned, point: points.changes.get(`${number} ${phase}`), span: onClock(phases[phase]) });
  return {
    case: number,
    ...{ scenario, kind, truth, twin, indicator },
    affected: { services: affected, routes },
    load: load && { factor: load.factor, ...onClock(load) },
    phases: Object.fromEntries(PHASES.map((phase) => [phase, onClock(phases[phase])])) as CaseTruth['phases'],
    change: told('change', change),
    revert: told('revert', revert),
  };
}

/** What the answer says of from and to counts more than the plan: it is what the change's own event has. */
function appliedChange({
  planned: { kind, service, from, to, request },
  point,
  span,
}: {
  planned: Change;
  point: ChangePoint | undefined;
  span: Span;
}): AppliedChange {
  if (!point)
    return {
      ...{ uid: null, kind, service, from, to, request },
      ...{ started_ms: span.start_ms, acknowledged_ms: span.end_ms },
      ...{ status: 'failed', error: NO_RECORD },
    };
  const { startedMs, acknowledgedMs, status, answer } = point;
  return {
    uid: answer.uid ?? null,
    ...{ kind, service, from: answer.from ?? from, to: answer.to ?? to, request },
    ...{ started_ms: startedMs, acknowledged_ms: acknowledgedMs, status },
    error: status === 'applied' ? null : (answer.problem ?? 'no reason given'),
  };
}
