import type { Rows } from '../map/rows.ts';
import { SLOT } from '../map/slots.ts';

/** What the nested files of a class can be divided by, Hive-style, as data lakes read it. */
export const PARTITIONS = ['eventDay'] as const;
export type Partition = (typeof PARTITIONS)[number];

const DAY_MS = 86_400_000;

/** The day (UTC) of a time in epoch ms, as Amazon Security Lake names it: `20261124`. */
export const eventDay = (time: number): string =>
  new Date(time).toISOString().slice(0, 10).replaceAll('-', '');

/** Row numbers that ascend in time, by the folder below their class's; '' where there are no partitions. */
export function* divided(
  rows: Rows,
  chosen: Int32Array,
  partition: Partition | undefined,
): Generator<{ readonly folder: string; readonly chosen: Int32Array }> {
  if (partition === undefined) return yield { folder: '', chosen };
  const times = rows.numbers[SLOT.time] as Float64Array;
  for (let from = 0; from < chosen.length; ) {
    const first = times[chosen[from] as number] as number;
    const end = (Math.floor(first / DAY_MS) + 1) * DAY_MS;
    let to = from + 1;
    while (to < chosen.length && (times[chosen[to] as number] as number) < end) to++;
    yield { folder: `${partition}=${eventDay(first)}/`, chosen: chosen.subarray(from, to) };
    from = to;
  }
}
