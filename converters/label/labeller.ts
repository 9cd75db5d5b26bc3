import type { CaseFindings } from '../judge/cases/findings.ts';
import { inside } from '../judge/cases/quiet.ts';
import { rolloutEnd } from '../judge/cases/rollout.ts';
import type { CaseTruth, RunTruth } from '../truth/record.ts';
import type { TracesTouched } from './traces.ts';

/** Where in its case an event lies. */
export type EventPhase =
  | 'baseline'
  | 'rollout'
  | 'before_onset'
  | 'impact'
  | 'recovery'
  | 'hold'
  | 'cooldown';

export interface Label {
  readonly label: 0 | 1;
  readonly one: CaseTruth;
  readonly phase: EventPhase;
  /** Null where the label is 0. */
  readonly affected_service: string | null;
}

export interface Labelled {
  readonly event_kind: string;
  readonly time: number;
  readonly service: string | undefined;
  readonly trace_id: string | undefined;
}

/**
 * The label of an event, by what was done and when it showed. A trace is positive as a whole: where it began between onset
 * and end of the impact, touches an affected service and, where routes are named, is about one of them. An event without
 * a trace is positive where it lies in between and is of an affected service; a change is what was done, not what came of it.
 */
export class Labeller {
  readonly #cases: readonly { readonly one: CaseTruth; readonly findings: CaseFindings }[];
  readonly #traces: TracesTouched;

  constructor(of: { truth: RunTruth; cases: readonly CaseFindings[]; traces: TracesTouched }) {
    this.#cases = of.truth.cases.flatMap((one, i) => {
      const findings = of.cases[i];
      return findings ? [{ one, findings }] : [];
    });
    this.#traces = of.traces;
  }

  /** Undefined where the event lies in no case. */
  of(event: Labelled): Label | undefined {
    const found = this.#cases.find(({ findings: { start_ms, end_ms } }) =>
      inside(event.time, { start_ms, end_ms }),
    );
    if (!found) return undefined;
    const { one, findings } = found;
    const affected_service = this.#affected(event, found) ?? null;
    const phase = phaseOf({ time: event.time, one, findings });
    return { label: affected_service === null ? 0 : 1, one, phase, affected_service };
  }

  #affected(
    { event_kind, time, service, trace_id }: Labelled,
    { one: { affected }, findings: { onset_ms, impact_end_ms } }: { one: CaseTruth; findings: CaseFindings },
  ): string | undefined {
    if (onset_ms === null || impact_end_ms === null || event_kind.startsWith('change.')) return undefined;
    const span = { start_ms: onset_ms, end_ms: impact_end_ms };
    const touched = trace_id === undefined ? undefined : this.#traces.of(trace_id);
    const own = affected.services.find((name) => name === service);
    if (!touched) return inside(time, span) ? own : undefined;
    if (!inside(touched.start_ms, span)) return undefined;
    if (affected.routes.length > 0 && !affected.routes.includes(touched.route)) return undefined;
    return own ?? this.#traces.firstOf(touched, affected.services);
  }
}

/** An impact that shows while processes are replaced is an impact. */
function phaseOf(of: { time: number; one: CaseTruth; findings: CaseFindings }): EventPhase {
  const { time, one, findings } = of;
  const { trigger_ms, onset_ms, impact_end_ms, recovery_end_ms, revert_ms, rollout_end_ms } = findings;
  if (time < trigger_ms) return 'baseline';
  if (onset_ms !== null && impact_end_ms !== null && time >= onset_ms && time < impact_end_ms)
    return 'impact';
  if (rollout_end_ms !== null && time < rollout_end_ms) return 'rollout';
  const again = rolloutEnd(one.revert);
  if (revert_ms !== null && again !== null && time >= revert_ms && time < again) return 'rollout';
  if (onset_ms === null) return time < (revert_ms ?? one.phases.hold.end_ms) ? 'hold' : 'cooldown';
  if (time < onset_ms) return 'before_onset';
  return recovery_end_ms === null || time < recovery_end_ms ? 'recovery' : 'cooldown';
}
