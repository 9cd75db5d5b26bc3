import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CaseFindings } from '../judge/cases/findings.ts';
import type { RunTruth, Span } from '../truth/record.ts';
import { normalOf } from './normal.ts';
import { type Blocks, type Busy, GAP_MS, splitRun } from './split.ts';

export const SPLITS_FILE = 'splits.json';
/** Of the ground truth: it tells where no fault was. */
export const NORMAL_FILE = 'labels/normal.json';

/** `splits.json`: a row belongs to the block in which its `time` lies, and in a gap to none. Epoch ms UTC, from start to before end. */
export interface Splits {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly gap_ms: number;
  readonly splits: Blocks;
}

/** `labels/normal.json`: the parts of the training block without faults, for training without labels. */
export interface Normal {
  readonly schema_version: 1;
  readonly run_id: string;
  readonly split: 'train';
  readonly normal: readonly Span[];
}

/**
 * Writes how a run is split, and with a truth which part of the training block is normal.
 * @param traces that last as long as `GAP_MS` or longer
 * @returns undefined, with nothing written, where the run is too short, or was interrupted: what had begun then is in no truth
 */
export async function writeSplits({
  dir,
  runId,
  window,
  truth,
  cases,
  traces,
}: {
  dir: string;
  runId: string;
  window: Span;
  truth: RunTruth | undefined;
  cases: readonly CaseFindings[];
  traces: readonly Span[];
}): Promise<Splits | undefined> {
  if (truth && !truth.complete) return undefined;
  const busy = truth ? busyOf({ truth, cases }) : [];
  const blocks = splitRun({ window, busy, traces });
  if (!blocks) return undefined;
  const head = { schema_version: 1, run_id: runId } as const;
  const splits: Splits = { ...head, gap_ms: GAP_MS, splits: blocks };
  await writeJson(join(dir, SPLITS_FILE), splits);
  if (truth) {
    const faults = busy.filter((_, i) => cases[i]?.truth === 'fault');
    const normal: Normal = { ...head, split: 'train', normal: normalOf({ block: blocks.train, faults }) };
    await writeJson(join(dir, NORMAL_FILE), normal);
  }
  return splits;
}

const writeJson = (file: string, value: object) => writeFile(file, `${JSON.stringify(value, null, 1)}\n`);

/** From the change that began a case until it was taken back, and customers were served as before; of a fault whose end nobody saw, to the end of its case. */
function busyOf({ truth, cases }: { truth: RunTruth; cases: readonly CaseFindings[] }): Busy[] {
  return cases.map((found, i) => {
    const { trigger_ms, onset_ms, impact_end_ms, revert_acknowledged_ms, recovery_end_ms, end_ms } = found;
    const unseen = found.truth === 'fault' && recovery_end_ms === null ? end_ms : 0;
    const ends = [impact_end_ms, revert_acknowledged_ms, recovery_end_ms, unseen];
    const over = Math.max(truth.cases[i]?.phases.hold.end_ms ?? 0, ...ends.map((end) => end ?? 0));
    return { start_ms: trigger_ms, end_ms: over, positive: onset_ms !== null && impact_end_ms !== null };
  });
}
