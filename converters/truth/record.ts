import { truthInvalid } from '../run/errors.ts';
import { parseRunId, RUN_ID } from '../run/run-id.ts';
import {
  anyObject,
  count,
  dictionary,
  epochMs,
  list,
  matching,
  number,
  object,
  oneOf,
  orNull,
  parseShape,
  text,
  yesOrNo,
} from '../run/shape.ts';
import { isStoreError } from '../store/errors.ts';
import type { ObjectStore } from '../store/store.ts';

/**
 * What was done to a run's stack and why: `truth/<run-id>.json` in the raw bucket, beside the telemetry and never in it.
 * Written once, when the traffic has ended; `convert` never reads it, `seal` judges and labels by it. Times are epoch ms UTC.
 */
export interface RunTruth {
  readonly schema_version: 1;
  readonly run_id: string;
  /** Null: one scenario alone. */
  readonly campaign: string | null;
  readonly seed: number;
  readonly time_scale: number;
  readonly plan_hash: string | null;
  /** False: the run was interrupted; cases that did not come to their end are left out. */
  readonly complete: boolean;
  readonly traffic: TrafficShape;
  /** What scales with `time_scale` beside the durations. */
  readonly scaled: Readonly<Record<string, number>>;
  /** In order of time. */
  readonly cases: readonly CaseTruth[];
}

/** The campaign's own traffic, without what cases add: requests a second at the middle of the wave. */
export type TrafficShape = Span & { readonly rate: number } & (
    | { readonly shape: 'flat' }
    | { readonly shape: 'slow_wave'; readonly amplitude: number; readonly wavelength_ms: number }
  );

/** From `start_ms` to before `end_ms`. */
export interface Span {
  readonly start_ms: number;
  readonly end_ms: number;
}

export const PHASES = ['baseline', 'change', 'hold', 'revert', 'cooldown'] as const;
export type Phase = (typeof PHASES)[number];

export interface CaseTruth {
  /** 1, 2, … */
  readonly case: number;
  readonly scenario: string;
  readonly kind: string;
  readonly truth: 'fault' | 'benign';
  /** Scenario of the other truth with the same kind of change. */
  readonly twin: string | null;
  /** Routes as `http_route` has them; of a benign case, those of its twin: what is looked at. No route means all. */
  readonly affected: { readonly services: readonly string[]; readonly routes: readonly string[] };
  readonly indicator: Indicator | null;
  /** How many times the traffic of the rest of the run, and when; null for as much as ever. */
  readonly load: (Span & { readonly factor: number }) | null;
  /** As planned, on the clock of the run. */
  readonly phases: Readonly<Record<Phase, Span>>;
  readonly change: AppliedChange | null;
  readonly revert: AppliedChange | null;
}

/** What moves when a fault works: a metric as the dataset has it, and which way it goes. */
export interface Indicator {
  readonly metric: string;
  readonly service: string;
  /** Labels that a series must have. */
  readonly labels: Readonly<Record<string, string>>;
  /** How samples become a figure: as they are, as a rate a second, or as these labels' share of all series. */
  readonly as: 'value' | 'rate' | 'share';
  readonly moves: 'up' | 'down';
}

export interface AppliedChange {
  /** Uid of the change's own event in the dataset; null where it failed before there was one. */
  readonly uid: string | null;
  readonly kind: string;
  readonly service: string;
  readonly from: string;
  readonly to: string;
  /** Exact body that the control API was sent. */
  readonly request: object;
  readonly started_ms: number;
  readonly acknowledged_ms: number;
  readonly status: 'applied' | 'failed';
  readonly error: string | null;
}

const span = { start_ms: epochMs, end_ms: epochMs };
const change = orNull(
  object({
    ...{ uid: orNull(text), kind: text, service: text, from: text, to: text, request: anyObject },
    ...{ started_ms: epochMs, acknowledged_ms: epochMs },
    ...{ status: oneOf('applied', 'failed'), error: orNull(text) },
  }),
);
const flat = object({ ...span, rate: number, shape: oneOf('flat', 'slow_wave') });
const wave = object({
  ...{ ...span, rate: number, shape: oneOf('slow_wave') },
  ...{ amplitude: number, wavelength_ms: number },
});
const truthShape = object({
  ...{ schema_version: oneOf(1), run_id: matching(RUN_ID) },
  ...{ campaign: orNull(text), seed: count, time_scale: number, plan_hash: orNull(text), complete: yesOrNo },
  traffic: (value, path) =>
    ((value as { shape?: unknown } | null)?.shape === 'slow_wave' ? wave : flat)(value, path),
  scaled: dictionary(number),
  cases: list(
    object({
      ...{ case: count, scenario: text, kind: text, truth: oneOf('fault', 'benign'), twin: orNull(text) },
      affected: object({ services: list(text), routes: list(text) }),
      indicator: orNull(
        object({
          ...{ metric: text, service: text, labels: dictionary(text) },
          ...{ as: oneOf('value', 'rate', 'share'), moves: oneOf('up', 'down') },
        }),
      ),
      load: orNull(object({ ...span, factor: number })),
      phases: object(Object.fromEntries(PHASES.map((phase) => [phase, object(span)]))),
      ...{ change, revert: change },
    }),
  ),
});

export const truthKey = (runId: string) => `truth/${parseRunId(runId)}.json`;

/** Checked before it is written, so that what is written can be read. @throws `TRUTH_INVALID` */
export async function putTruth({ raw, truth }: { raw: ObjectStore; truth: RunTruth }): Promise<void> {
  const problems = truthProblems(truth);
  const runId = truth.run_id;
  if (problems.length > 0) throw truthInvalid({ runId, store: raw.url, problems });
  const bytes = new TextEncoder().encode(`${JSON.stringify(truth, null, 2)}\n`);
  await raw.put(truthKey(runId), bytes, { contentType: 'application/json' });
}

/** Undefined where the run has none: nothing was changed in it. @throws `TRUTH_INVALID` */
export async function readTruth({
  raw,
  runId,
}: {
  raw: ObjectStore;
  runId: string;
}): Promise<RunTruth | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await raw.get(truthKey(runId));
  } catch (error) {
    if (isStoreError(error, 'OBJECT_NOT_FOUND')) return undefined;
    throw error;
  }
  const parsed = parseShape<RunTruth>({ bytes, check: (value) => truthProblems(value), root: 'truth' });
  const problems = parsed.value === undefined ? parsed.problems : [];
  if (parsed.value !== undefined && parsed.value.run_id !== runId)
    problems.push(`truth.run_id must be "${runId}", got "${parsed.value.run_id}"`);
  if (parsed.value === undefined || problems.length > 0) {
    const cause = parsed.value === undefined ? parsed.cause : undefined;
    throw truthInvalid({ runId, store: raw.url, problems, cause });
  }
  return parsed.value;
}

/** Strict check; an empty list where the value is a truth. */
function truthProblems(value: unknown): string[] {
  const problems = truthShape(value, 'truth');
  if (problems.length > 0) return problems;
  const { cases, traffic } = value as RunTruth;
  const backwards = (at: string, { start_ms, end_ms }: Span) => {
    if (end_ms < start_ms)
      problems.push(`${at}.end_ms must not be before start_ms ${start_ms}, got ${end_ms}`);
  };
  backwards('truth.traffic', traffic);
  for (const [i, { case: number, phases, load, change, revert }] of cases.entries()) {
    const at = `truth.cases[${i}]`;
    if (number !== i + 1) problems.push(`${at}.case must be ${i + 1}, got ${number}`);
    for (const phase of PHASES) backwards(`${at}.phases.${phase}`, phases[phase]);
    if (load) backwards(`${at}.load`, load);
    for (const [name, applied] of Object.entries({ change, revert }))
      if (applied && applied.acknowledged_ms < applied.started_ms)
        problems.push(`${at}.${name}.acknowledged_ms must not be before started_ms`);
  }
  return problems;
}
