import { setTimeout as wait } from 'node:timers/promises';
import type { ClientRequest } from './requests.ts';

/** What happens to the stack from a moment on, and how long its consequences are looked at. */
export interface Phase {
  readonly name: string;
  readonly seconds: number;
  readonly act: () => Promise<unknown>;
}

/** A phase that was, in epoch ms; `to` is where the next one begins. */
export interface Past {
  readonly from: number;
  /** `act` has ended. */
  readonly acted: number;
  readonly to: number;
}

/** One after the other, each for its time from its beginning on. @throws the signal's reason, or what an act throws */
export async function goThrough(
  phases: readonly Phase[],
  signal: AbortSignal,
): Promise<Record<string, Past>> {
  const past: Record<string, Past> = {};
  for (const { name, seconds, act } of phases) {
    signal.throwIfAborted();
    const from = Date.now();
    await act();
    const acted = Date.now();
    await wait(Math.max(0, from + seconds * 1000 - acted), undefined, { signal });
    past[name] = { from, acted, to: Date.now() };
  }
  return past;
}

/** Requests that ended in a phase. */
export const endedIn = (requests: readonly ClientRequest[], { from, to }: Past): ClientRequest[] =>
  requests.filter(({ endMs }) => endMs >= from && endMs < to);

/** Requests that were under way at a moment. */
export const underWayAt = (requests: readonly ClientRequest[], at: number): ClientRequest[] =>
  requests.filter(({ startMs, endMs }) => startMs < at && endMs > at);

/** What its clients got in a phase. */
export function answersOf(requests: readonly ClientRequest[], past: Past) {
  const ended = endedIn(requests, past);
  const failed = ended.filter(({ status }) => status === 0 || status >= 500);
  const longest = (some: readonly ClientRequest[]) =>
    Math.round(Math.max(0, ...some.map(({ startMs, endMs }) => endMs - startMs)));
  const statuses: Record<number, number> = {};
  for (const { status } of ended) statuses[status] = (statuses[status] ?? 0) + 1;
  return {
    statuses,
    /** Of the longest request, and of the longest one that failed. */
    longestMs: longest(ended),
    longestFailedMs: longest(failed),
    /** From the end of the act to the end of the last request that failed; negative: before. */
    recoveredMs: failed.length === 0 ? null : Math.max(...failed.map(({ endMs }) => endMs)) - past.acted,
  };
}
