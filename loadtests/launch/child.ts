import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Guard } from '../../infra/embedded/guard.ts';
import { errors } from '../errors.ts';
import type { LoadProgress, LoadSummary } from '../load.ts';
import type { TestProgress } from '../runner/engine/test.ts';
import type { Program } from './program.ts';

type Message = ({ type: 'progress' } & TestProgress) | { type: 'summary'; summary: LoadSummary };

export interface Ended {
  exitCode: number;
  /** What it wrote to stdout: the text summary. */
  text: string;
  /** What it wrote to stderr. */
  log: string;
  /** From the bundled runner only. */
  summary?: LoadSummary;
}

/**
 * Milliseconds after the first SIGINT until a second one, which cuts off what is under way. Before that the script has 70 s for
 * requests under way, and as long as it takes to have changes taken back.
 */
const PATIENCE = 360_000;
/** Milliseconds after the second until SIGKILL. */
const LAST_GRACE = 10_000;
const KEEP = 1024 * 1024;

/**
 * Runs the program to its end. An abort of `signal` is a Ctrl-C: it ends by itself, with its summary; one of `cutOff` is a second
 * Ctrl-C. When this process is killed, its guardian kills the program, since nobody is left to wait for a summary.
 */
export async function runChild({
  program,
  args,
  env,
  signal,
  cutOff,
  onProgress,
  onLog,
}: {
  program: Program;
  args: string[];
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
  cutOff?: AbortSignal | undefined;
  onProgress?: ((progress: LoadProgress) => void) | undefined;
  onLog?: ((text: string) => void) | undefined;
}): Promise<Ended> {
  const guard = Guard.start();
  // A process group of its own: a Ctrl-C in the terminal reaches it through us alone, and so exactly once.
  const child = spawn(program.command, [...program.args, ...args], {
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', ...(program.runner === 'node' ? (['ipc'] as const) : [])],
  });
  if (child.pid !== undefined) guard.watch({ pid: child.pid, signals: [] });
  const ended: Ended = { exitCode: 0, text: '', log: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    ended.text = (ended.text + text).slice(-KEEP);
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    ended.log = (ended.log + text).slice(-KEEP);
    onLog?.(text);
  });
  child.on('message', (message: Message) => {
    if (message.type === 'summary') ended.summary = message.summary;
    else onProgress?.(readProgress(message));
  });

  const stop = stopper(child);
  if (signal?.aborted) stop.begin();
  signal?.addEventListener('abort', stop.begin, { once: true });
  cutOff?.addEventListener('abort', stop.cutOff, { once: true });
  try {
    const [code, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    // As a shell counts a death by signal.
    ended.exitCode = code ?? (killedBy === 'SIGINT' ? 130 : 137);
    return ended;
  } catch (error) {
    throw errors.notStarted(program.command, error as Error);
  } finally {
    signal?.removeEventListener('abort', stop.begin);
    cutOff?.removeEventListener('abort', stop.cutOff);
    stop.end();
    await guard.goodbye();
  }
}

function readProgress({ elapsedMs, iterations, requests, failures, dropped }: TestProgress): LoadProgress {
  const requestsPerSecond = elapsedMs > 0 ? requests / (elapsedMs / 1000) : 0;
  return { elapsedMs, iterations, requests, failures, dropped, requestsPerSecond };
}

function stopper(child: ChildProcess) {
  const timers: NodeJS.Timeout[] = [];
  const cutOff = () => {
    child.kill('SIGINT');
    timers.push(setTimeout(() => child.kill('SIGKILL'), LAST_GRACE));
  };
  return {
    begin: () => {
      child.kill('SIGINT');
      timers.push(setTimeout(cutOff, PATIENCE));
    },
    cutOff,
    end: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
