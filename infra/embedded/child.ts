import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { appendFile, open } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Guard } from './guard.ts';

/** How a program is started; `env` is all of its environment. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** File that it reads as its standard input. */
  readonly stdin?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly oom: boolean;
}

export interface StopPolicy {
  readonly signals: readonly NodeJS.Signals[];
  readonly graceSeconds: number;
}

/** One running process: leader of its own process group, writing straight into its log file. */
export class Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;

  private constructor(pid: number, exited: Promise<Exit>) {
    this.pid = pid;
    this.exited = exited;
  }

  /** `logFile` is appended to. Rejects with the system's error when the program cannot be started. */
  static async spawn(options: {
    launch: Launch;
    logFile: string;
    guard: Guard;
    stop: StopPolicy;
  }): Promise<Child> {
    const { launch, logFile, guard, stop } = options;
    // Descriptors of files and no pipes: lines written just before a crash are kept, and nobody has to read them.
    const log = openSync(logFile, 'a', 0o600);
    const stdin = launch.stdin === undefined ? 'ignore' : openSync(launch.stdin, 'r');
    const { command, args, env, cwd, uid, gid } = launch;
    try {
      const logStart = await sizeOf(logFile);
      const process_ = spawn(command, args, {
        detached: true,
        stdio: [stdin, log, log],
        env,
        ...(cwd === undefined ? {} : { cwd }),
        ...(uid === undefined ? {} : { uid }),
        ...(gid === undefined ? {} : { gid }),
      });
      const pid = process_.pid;
      if (pid !== undefined) guard.watch({ pid, signals: stop.signals });
      const exited = whenExited(process_, { logFile, logStart }).finally(() => {
        if (pid !== undefined) guard.forget(pid);
      });
      exited.catch(() => {});
      if (pid === undefined) throw await exited.catch((error: unknown) => error);
      return new Child(pid, exited);
    } finally {
      closeSync(log);
      if (typeof stdin === 'number') closeSync(stdin);
    }
  }

  /** Signals the process group, one signal after the other, at last SIGKILL; ends when the process has ended. */
  async terminate({ signals, graceSeconds }: StopPolicy): Promise<Exit> {
    for (const signal of signals) {
      this.kill(signal);
      const timer = new AbortController();
      const late = sleep(graceSeconds * 1000, 'late', { signal: timer.signal }).catch(() => 'late');
      const first = await Promise.race([this.exited, late]);
      timer.abort();
      if (typeof first !== 'string') break;
    }
    this.kill('SIGKILL'); // what is left of the group, too
    return this.exited;
  }

  kill(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

/** Runs a program to its end. */
export async function runToEnd(options: { launch: Launch; logFile: string; guard: Guard }): Promise<Exit> {
  const child = await Child.spawn({ ...options, stop: { signals: ['SIGTERM'], graceSeconds: 1 } });
  return child.exited;
}

interface LogPlace {
  readonly logFile: string;
  /** Length of the file when the process started. */
  readonly logStart: number;
}

async function whenExited(process_: ChildProcess, place: LogPlace): Promise<Exit> {
  const exit = await new Promise<Omit<Exit, 'oom'>>((resolve, reject) => {
    process_.once('error', reject);
    process_.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const tail = await tailOf(place);
  // A line that was cut must not become one with the first line of the next process.
  if (tail !== '' && !tail.endsWith('\n')) await appendFile(place.logFile, '\n');
  const aborted = exit.signal === 'SIGABRT' || exit.code === 134;
  return { ...exit, oom: aborted && /out of memory|heap limit/i.test(tail) };
}

async function tailOf({ logFile, logStart }: LogPlace): Promise<string> {
  const file = await open(logFile).catch(() => undefined); // the state may be gone already
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const from = Math.max(logStart, size - 65_536);
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.max(0, size - from)),
      0,
      size - from,
      from,
    );
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number> {
  const file = await open(path);
  try {
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
