import type { TestContext } from 'node:test';
import { type JudgeOptions, judgeRun } from './judge.ts';
import type { Quality } from './quality.ts';
import { cleanRun, type RunContent, writeRun } from './run.test-world.ts';

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
  checks.filter(({ passed }) => passed === false).map(({ id }) => id);
