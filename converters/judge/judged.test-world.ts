import type { TestContext } from 'node:test';
import type { RunTruth } from '../truth/record.ts';
import { type JudgeOptions, judgeRun } from './judge.ts';
import type { Quality } from './quality.ts';
import { cleanRun, END_MS, type RunContent, START_MS, writeRun } from './run.test-world.ts';

export type Change = (content: RunContent) => void;

/** A clean run, changed, written and judged. */
export async function judged(
  t: TestContext,
  change: Change = () => undefined,
  extra: Partial<JudgeOptions> = {},
): Promise<Quality> {
  const content = cleanRun();
  change(content);
  const { close, ...world } = await writeRun(content);
  t.after(close);
  return await judgeRun({ ...world, ...extra });
}

/** Ids of the checks that failed. */
export const failed = ({ checks }: Quality) =>
  checks.filter(({ ok }) => ok === false).map(({ name }) => name);

/** Something was done in the run, by the client; where, its small world does not show. */
export const TRUTH: RunTruth = {
  ...{ schema_version: 1, run_id: 'run-1', campaign: null, seed: 7, time_scale: 1, plan_hash: null },
  traffic: { start_ms: START_MS, end_ms: END_MS, rate: 1, shape: 'flat' },
  ...{ complete: false, scaled: {}, cases: [] },
};
