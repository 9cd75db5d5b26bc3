import { writeFile } from 'node:fs/promises';
import type { TestRun } from '../engine/test.ts';
import { buildSummary, exportSummary, type SummaryData } from './data.ts';
import { summaryText } from './text.ts';

/**
 * Ends a test as k6 does: what `handleSummary` returns goes to stdout, stderr or files; without it, or if it throws,
 * the text summary goes to stdout.
 */
export async function writeSummary({
  test,
  exportFile,
  quiet = false,
  stdout = (text) => process.stdout.write(text),
}: {
  test: TestRun;
  exportFile?: string | undefined;
  quiet?: boolean;
  stdout?: (text: string) => void;
}): Promise<SummaryData> {
  const data = buildSummary({
    entries: test.store.entries,
    thresholds: test.thresholds,
    checks: test.checks.values(),
    trendStats: test.plan.summaryTrendStats,
    elapsedMs: test.elapsedMs,
    setupData: test.setupData,
  });
  if (exportFile) await writeFile(exportFile, `${JSON.stringify(exportSummary(data), null, 4)}\n`);
  const outputs = await customOutputs({ test, data });
  if (!outputs) {
    if (!quiet) stdout(summaryText({ data, thresholds: test.thresholds }));
    return data;
  }
  for (const [target, content] of Object.entries(outputs)) {
    const text = content instanceof ArrayBuffer ? Buffer.from(content) : String(content);
    if (target === 'stdout') stdout(String(text));
    else if (target === 'stderr') process.stderr.write(text);
    else await writeFile(target, text);
  }
  return data;
}

async function customOutputs({
  test,
  data,
}: {
  test: TestRun;
  data: SummaryData;
}): Promise<Record<string, unknown> | undefined> {
  if (!test.script.handleSummary) return undefined;
  try {
    return ((await test.script.handleSummary(structuredClone(data))) ?? {}) as Record<string, unknown>;
  } catch (error) {
    test.log(
      `handleSummary failed, so the default summary follows: ${error instanceof Error ? error.stack : error}`,
    );
    return undefined;
  }
}
