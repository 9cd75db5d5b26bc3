import type { CaseFindings } from '../judge/cases/findings.ts';
import type { AppliedChange, RunTruth } from '../truth/record.ts';
import { type LabelColumn, type LabelRow, LabelTable } from './table.ts';

const column = (name: string, type: LabelColumn['type'], meaning: string): LabelColumn => ({
  name,
  type,
  meaning,
});
const text = (name: string, meaning: string) => column(name, 'STRING', meaning);
const time = (name: string, meaning: string) => column(name, 'INT64', `${meaning}; epoch ms UTC`);
const figure = (name: string, meaning: string) => column(name, 'DOUBLE', meaning);

/** A row a case. Null is what was not measured, or is not there. */
export const WINDOW_COLUMNS: readonly LabelColumn[] = [
  column('case', 'INT32', '1, 2, … in order of time'),
  text('scenario', 'What was done, by its name in the catalogue'),
  text('kind', 'What it is'),
  text('truth', 'fault or benign'),
  text('twin', 'Scenario of the other truth with the same kind of change'),
  column('seed', 'INT64', 'Of the run'),
  text('change_uid', 'change_uid of its row in ocsf_changes'),
  text('revert_uid', 'The same of what took it back'),
  text('change_kind', 'Kind of the change'),
  text('change_service', 'What was changed'),
  text('change_from', 'Value before'),
  text('change_to', 'Value after'),
  text('change_request', 'What exactly was asked for: JSON'),
  text('revert_request', 'The same of what took it back'),
  text('affected_services', 'JSON list'),
  text('affected_routes', 'JSON list; empty means all'),
  figure('load_factor', "How many times the run's own traffic"),
  time('start_ms', 'Its baseline begins'),
  time('trigger_ms', 'The change was begun; without one, the load of the case'),
  time('acknowledged_ms', 'The change was acknowledged'),
  time('rollout_end_ms', 'Until then a replacement is judged apart'),
  time('onset_ms', 'The indicator left what was seen before'),
  time('impact_end_ms', 'It was taken back, or passed'),
  time('revert_ms', 'Taking it back was begun'),
  time('revert_acknowledged_ms', 'Taking it back was acknowledged'),
  time('recovery_end_ms', 'Customers are served as before'),
  time('end_ms', 'Its cooldown ends'),
  text('indicator', 'The metric that shows the mechanism'),
  figure('indicator_before', 'Median over windows of 10 s'),
  figure('indicator_during', 'Median over windows of 10 s, from the onset'),
  figure('indicator_delta', "Cliff's δ of the two"),
  figure('impact_delta', "Cliff's δ of durations on the affected routes"),
  figure('p99_before_ms', 'p99 of answers without error'),
  figure('p99_during_ms', 'p99 of answers without error'),
  figure('errors_before', 'Share of requests without an answer or with 5xx'),
  figure('errors_during', 'Share of requests without an answer or with 5xx'),
  text('mechanism', 'passed, failed, unclear, not_judged'),
  text('impact', 'impact, no_impact, unclear, not_judged'),
  text('recovery', 'passed, failed, not_judged'),
];

/** Writes `labels/windows.parquet`. @returns its rows @throws `PARQUET_WRITE` */
export async function writeWindows({
  file,
  truth,
  cases,
}: {
  file: string;
  truth: RunTruth;
  cases: readonly CaseFindings[];
}): Promise<number> {
  const table = new LabelTable({ file, columns: WINDOW_COLUMNS, runId: truth.run_id });
  try {
    for (const [i, findings] of cases.entries()) await table.write(rowOf({ truth, i, findings }));
  } catch (error) {
    await table.abort();
    throw error;
  }
  await table.close();
  return table.rows;
}

function rowOf({ truth, i, findings }: { truth: RunTruth; i: number; findings: CaseFindings }): LabelRow {
  const one = truth.cases[i];
  const { verdicts, mechanism, impact, failed: _, ...known } = findings;
  const json = (value: unknown) => (value == null ? null : JSON.stringify(value));
  const requestOf = (change: AppliedChange | null | undefined) => json(change?.request);
  return {
    ...known,
    ...{ twin: one?.twin ?? null, seed: truth.seed },
    ...{ change_uid: one?.change?.uid ?? null, revert_uid: one?.revert?.uid ?? null },
    ...{ change_kind: one?.change?.kind ?? null, change_service: one?.change?.service ?? null },
    ...{ change_from: one?.change?.from ?? null, change_to: one?.change?.to ?? null },
    ...{ change_request: requestOf(one?.change), revert_request: requestOf(one?.revert) },
    affected_services: json(one?.affected.services),
    affected_routes: json(one?.affected.routes),
    load_factor: one?.load?.factor ?? 1,
    indicator: mechanism?.indicator ?? null,
    indicator_before: mechanism?.before ?? null,
    indicator_during: mechanism?.during ?? null,
    indicator_delta: mechanism?.delta ?? null,
    impact_delta: impact?.delta ?? null,
    p99_before_ms: impact?.p99_before_ms ?? null,
    p99_during_ms: impact?.p99_during_ms ?? null,
    errors_before: impact?.errors_before ?? null,
    errors_during: impact?.errors_during ?? null,
    ...verdicts,
  };
}
