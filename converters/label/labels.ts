import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EVENTS_FILE, WINDOWS_FILE } from '../dataset/verify-labels.ts';
import type { CaseFindings } from '../judge/cases/findings.ts';
import { WINDOW_MS } from '../judge/cases/quiet.ts';
import type { RunTruth } from '../truth/record.ts';
import type { WrittenFile } from '../write/dataset-writer.ts';
import { Labeller } from './labeller.ts';
import { mergedRows } from './merged-rows.ts';
import { type LabelColumn, LabelTable } from './table.ts';
import type { TracesTouched } from './traces.ts';
import { writeWindows } from './windows.ts';

/** Every event of a case, in order of (time, event_uid). */
export const EVENT_COLUMNS: readonly LabelColumn[] = [
  { name: 'event_uid', type: 'STRING', meaning: 'event_uid of the flat files' },
  { name: 'event_kind', type: 'STRING', meaning: 'As there' },
  { name: 'service', type: 'STRING', meaning: 'As there' },
  { name: 'time', type: 'INT64', meaning: 'As there; epoch ms UTC' },
  { name: 'label', type: 'INT32', meaning: '1: between onset and end of the impact, of what is affected' },
  { name: 'case', type: 'INT32', meaning: 'case of labels/windows.parquet' },
  { name: 'scenario', type: 'STRING', meaning: 'As there' },
  { name: 'change_uid', type: 'STRING', meaning: 'As there' },
  { name: 'affected_service', type: 'STRING', meaning: 'Which service makes it positive; null for label 0' },
  {
    name: 'phase',
    type: 'STRING',
    meaning: 'baseline, rollout, before_onset, impact, recovery, hold, cooldown',
  },
  { name: 'is_anomaly', type: 'INT32', meaning: 'The label again, by the name that notebooks know' },
  {
    name: 'anomaly_reason',
    type: 'STRING',
    meaning: 'What makes it positive: kind of the case; null for label 0',
  },
];

/** How much of a run is anomalous: windows of 10 s of a service that have a positive event, of those that have any. */
export interface Prevalence {
  readonly windows: number;
  readonly positive: number;
}

export interface LabelsWritten {
  readonly files: readonly WrittenFile[];
  readonly prevalence: Prevalence;
}

/**
 * Writes `labels/` into the folder of a dataset. Nothing of it goes back into the other files.
 * @throws `PARQUET_WRITE`
 */
export async function writeLabels({
  dir,
  truth,
  cases,
  traces,
}: {
  dir: string;
  truth: RunTruth;
  cases: readonly CaseFindings[];
  /** With all rows of traces and logs. */
  traces: TracesTouched;
}): Promise<LabelsWritten> {
  await mkdir(join(dir, 'labels'), { recursive: true });
  const windows = await writeWindows({ file: join(dir, WINDOWS_FILE), truth, cases });
  const labeller = new Labeller({ truth, cases, traces });
  const table = new LabelTable({
    ...{ file: join(dir, EVENTS_FILE), columns: EVENT_COLUMNS, runId: truth.run_id },
  });
  const seen = new Map<string, boolean>();
  try {
    for await (const row of mergedRows(dir)) {
      const label = labeller.of(row);
      const mark = (service: string | null | undefined, positive: boolean) => {
        if (service == null) return;
        const key = `${Math.floor((row.time - truth.traffic.start_ms) / WINDOW_MS)} ${service}`;
        seen.set(key, positive || seen.get(key) === true);
      };
      mark(row.service, false);
      mark(label?.affected_service, true);
      if (!label) continue;
      const { event_uid, event_kind, time, service = null } = row;
      await table.write({
        ...{ event_uid, event_kind, service, time, label: label.label, phase: label.phase },
        ...{ case: label.one.case, scenario: label.one.scenario, change_uid: label.one.change?.uid ?? null },
        affected_service: label.affected_service,
        is_anomaly: label.label,
        anomaly_reason: label.label === 1 ? label.one.kind : null,
      });
    }
  } catch (error) {
    await table.abort();
    throw error;
  }
  await table.close();
  const positive = [...seen.values()].filter(Boolean).length;
  return {
    files: [
      { path: EVENTS_FILE, rows: table.rows },
      { path: WINDOWS_FILE, rows: windows },
    ],
    prevalence: { windows: seen.size, positive },
  };
}
