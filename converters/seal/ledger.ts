import type { Ledger, LedgerLine } from '../dataset/manifest.ts';
import { ConverterError } from '../errors.ts';
import type { Part, PartSet } from '../parts/part-set.ts';
import type { Signal } from '../read/raw-object.ts';
import type { MergeCounts } from './merge.ts';

const SIGNALS: readonly Signal[] = ['logs', 'traces', 'metrics'];

/**
 * What was read and what became of it. A record is a span, a log record or one sample of a metric (a histogram point is as
 * many as it has buckets, and two); what cannot be told apart any more (the rest of a broken object or block) is one.
 * @throws `LEDGER_MISMATCH`
 */
export function settle({
  sets,
  merged,
  written,
  classes,
}: {
  sets: readonly PartSet[];
  merged: MergeCounts;
  written: Readonly<Record<Signal, number>>;
  classes: Readonly<Record<string, number>>;
}): Ledger {
  const inputs = Object.fromEntries(
    SIGNALS.map((signal) => {
      const own = sets.flatMap(({ parts }) => parts.filter((part) => part.signal === signal));
      const total = (pick: (part: Part) => number): number => own.reduce((sum, part) => sum + pick(part), 0);
      const line: LedgerLine = {
        read: total((part) => part.read),
        written: written[signal],
        duplicate: merged.duplicate[signal],
        rejected: total((part) => part.rejected),
        outside_window: total((part) => part.outside_window) + merged.outside[signal],
      };
      return [signal, line];
    }),
  ) as Record<Signal, LedgerLine>;
  for (const signal of SIGNALS) check(signal, inputs[signal]);
  const byClass = Object.values(classes).reduce((sum, rows) => sum + rows, 0);
  const bySignal = SIGNALS.reduce((sum, signal) => sum + inputs[signal].written, 0);
  if (byClass !== bySignal)
    throw new ConverterError('LEDGER_MISMATCH', `rows by class are ${byClass}, by input ${bySignal}`);
  const sorted = Object.fromEntries(Object.entries(classes).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { inputs, classes: sorted, raw_objects: sets.length };
}

function check(signal: Signal, { read, written, duplicate, rejected, outside_window }: LedgerLine): void {
  const sum = written + duplicate + rejected + outside_window;
  if (read === sum) return;
  const parts = `${written} written + ${duplicate} duplicate + ${rejected} rejected + ${outside_window} outside_window`;
  throw new ConverterError('LEDGER_MISMATCH', `${signal}: read ${read}, but ${parts} = ${sum}`);
}
