import { Command, Option } from 'commander';
import { type DeadLetter, readRejects } from '../../../converters/parts/rejects.ts';
import { type RetryReport, retryRejects } from '../../../converters/retry-rejects.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { readRun } from '../../../converters/run/runs.ts';
import { interruptible } from '../interrupt.ts';
import { endpointOption, rawOption, runIdArgument, wholeNumber, workersOption } from '../options.ts';
import { rawStore, type StoreOptions, sourceStore } from '../places.ts';

interface RejectsOptions extends StoreOptions {
  readonly json?: boolean;
  readonly limit: number;
  readonly retry?: boolean;
  readonly workers: number;
}

export const rejectsCommand = (_finish: (code: number) => void) =>
  new Command('rejects')
    .description('shows the records that the converter did not take, and why; or tries them again')
    .argument('<run-id>', 'which run', runIdArgument)
    .addOption(
      new Option('--limit <n>', 'show so many of each reason')
        .default(5)
        .argParser(wholeNumber('a limit is', 0, 999_999)),
    )
    .option('--retry', 'convert the raw objects that they lie in again, as after an update that takes them')
    .addOption(workersOption())
    .addOption(rawOption())
    .addOption(endpointOption())
    .option('--json', 'print all of them, one JSON object a line; of --retry, one JSON document')
    .action((runId: RunId, { json = false, limit, retry = false, workers, ...where }: RejectsOptions) =>
      interruptible(async (signal) => {
        const raw = rawStore(where);
        const record = await readRun({ raw, runId }); // a run that there is not has no rejects, and should say so
        if (retry) {
          const source = sourceStore(record, where);
          const tried = await retryRejects({ raw, source, record, workers, signal });
          console.log(json ? JSON.stringify(tried) : outcome(runId, tried));
          return;
        }
        const shown = new Map<string, DeadLetter[]>();
        const counts = new Map<string, number>();
        for await (const letter of readRejects({ raw, runId })) {
          signal.throwIfAborted();
          if (json) console.log(JSON.stringify(letter));
          counts.set(letter.reason, (counts.get(letter.reason) ?? 0) + 1);
          const some = shown.get(letter.reason) ?? [];
          if (some.length < limit) shown.set(letter.reason, [...some, letter]);
        }
        if (!json) console.log(report(runId, counts, shown));
      }),
    );

function outcome(runId: RunId, { objects, before, after, reasons }: RetryReport): string {
  if (objects === 0) return `${runId}: every record was taken, there is nothing to try again`;
  const lines = [
    `${runId}: ${before.rejected} refused in ${objects} raw objects; tried again, ${after.rejected} still are`,
    ...Object.entries(reasons).map(([reason, count]) => `  ${count} × ${reason}`),
    `rows of these objects: ${before.rows}, now ${after.rows}; outside of the window: ${before.outside_window}, now ${after.outside_window}`,
  ];
  if (JSON.stringify(before) === JSON.stringify(after)) lines.push('nothing changed');
  else
    lines.push(
      `next: npx faultline seal ${runId}`,
      'A dataset that was sealed of it before is as it was: delete it first, see docs/using.md.',
    );
  return lines.join('\n');
}

function report(
  runId: RunId,
  counts: ReadonlyMap<string, number>,
  shown: ReadonlyMap<string, readonly DeadLetter[]>,
): string {
  if (counts.size === 0) return `${runId}: every record was taken`;
  return [...counts]
    .sort(([, a], [, b]) => b - a)
    .flatMap(([reason, count]) => [
      `${count} × ${reason}`,
      ...(shown.get(reason) ?? []).flatMap(({ source, piece, offset, length, detail, signal, excerpt }) => [
        `  ${signal}, ${source}${piece === undefined ? '' : `, piece ${piece}`}, ${length} bytes at ${offset}`,
        ...(detail === undefined ? [] : [`    ${detail}`]),
        `    ${excerpt}`,
      ]),
    ])
    .join('\n');
}
