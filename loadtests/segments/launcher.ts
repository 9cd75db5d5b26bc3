import { setTimeout as sleep } from 'node:timers/promises';
import { CampaignError } from '../campaign/errors.ts';

/** Starts processes that carry a load out, wherever they run. */
export interface Launcher {
  start(part: Part): Promise<LaunchedPart>;
  /** By part, one question for all of them: undefined while it runs; else how it ended. */
  ended(parts: readonly LaunchedPart[]): Promise<(string | undefined)[]>;
}

export interface Part {
  /** The number of a segment, `drain` or `revert`. */
  readonly part: string;
  /** Of the job. */
  readonly load: string;
}

export interface LaunchedPart {
  /** For messages: a task's ARN. */
  readonly name: string;
  stop(): Promise<void>;
}

/** So long looks may fail: an API that throttles, a network that is away for a moment. */
const BLIND_MS = 120_000;

/** A look that may fail: undefined then, and the error itself when none has come through for long. */
export function patiently<T>(look: () => Promise<T>, blindMs = BLIND_MS): () => Promise<T | undefined> {
  let seenMs = Date.now();
  return async () => {
    try {
      const seen = await look();
      seenMs = Date.now();
      return seen;
    } catch (error) {
      if (Date.now() - seenMs >= blindMs) throw error;
      return undefined;
    }
  };
}

/** Has one part start, and waits for what it is to say. @throws LOAD_TASK_FAILED, the signal's reason */
export async function untilSaid<T>({
  launcher,
  part,
  said,
  must,
  withinMs,
  signal,
  pollMs,
}: {
  launcher: Launcher;
  part: Part;
  /** Undefined while it has not. */
  said: () => Promise<T | undefined>;
  /** For messages: `what waits for the stack must say that …`. */
  must: string;
  withinMs: number;
  signal?: AbortSignal;
  pollMs: number;
}): Promise<T> {
  const deadline = Date.now() + withinMs;
  const failed = (what: string, cause?: unknown) =>
    new CampaignError('LOAD_TASK_FAILED', `${must}, ${what}`, { cause });
  const started = await launcher.start(part).catch((error: Error) => {
    throw failed(`its task was not started: ${error.message}`, error);
  });
  // asked for first: one that has ended has said it before
  const look = patiently(async () => {
    const [end] = await launcher.ended([started]);
    return { end, value: await said() };
  });
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { end, value } = (await look()) ?? {};
      if (value !== undefined) return value;
      if (end !== undefined) throw failed(`${started.name} has ended: ${end}`);
      if (Date.now() > deadline) throw failed(`${started.name} has not in time`);
      await sleep(pollMs, undefined, signal ? { signal } : {});
    }
  } catch (error) {
    await started.stop().catch(() => {});
    throw error;
  }
}
