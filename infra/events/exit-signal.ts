import { constants } from 'node:os';

/** By number; of two names for one, the first (SIGABRT, not SIGIOT) is the usual one. */
const SIGNALS = new Map(
  Object.entries(constants.signals)
    .toReversed()
    .map(([name, number]) => [number, name as NodeJS.Signals]),
);

export const signalNumbered = (number: number): NodeJS.Signals | undefined => SIGNALS.get(number);

/** The signal by which a container's first process ended: 137 is SIGKILL. Null for one that exited by itself. */
export const signalOfExit = (code: number): NodeJS.Signals | null => SIGNALS.get(code - 128) ?? null;
