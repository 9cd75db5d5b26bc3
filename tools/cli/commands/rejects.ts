import { Command, InvalidArgumentError, Option } from 'commander';
import { type DeadLetter, readRejects } from '../../../converters/parts/rejects.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { readRun } from '../../../converters/run/runs.ts';
import { interruptible } from '../interrupt.ts';
import { endpointOption, rawOption, runIdArgument } from '../options.ts';
import { rawStore, type StoreOptions } from '../places.ts';

interface RejectsOptions extends StoreOptions {
  readonly json?: boolean;
  readonly limit: number;
}

export const rejectsCommand = (_finish: (code: number) => void) =>
  new Command('rejects')
    .description('shows the records that the converter did not take, and why')
    .argument('<run-id>', 'which run', runIdArgument)
    .addOption(new Option('--limit <n>', 'show so many of each reason').default(5).argParser(parseLimit))
    .addOption(rawOption())
    .addOption(endpointOption())
    .option('--json', 'print all of them, one JSON object a line')
    .action((runId: RunId, { json = false, limit, ...where }: RejectsOptions) =>
      interruptible(async (signal) => {
        const raw = rawStore(where);
        await readRun({ raw, runId }); // a run that there is not has no rejects, and should say so
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

function parseLimit(text: string): number {
  if (!/^\d{1,6}$/.test(text))
    throw new InvalidArgumentError(`a limit is a whole number from 0, got "${text}".`);
  return Number(text);
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
