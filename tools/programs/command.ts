import { spawn } from 'node:child_process';

const KEPT = 256 * 1024;
const GRACE_MS = 5_000;

export interface CommandResult {
  /** null when a signal ended it */
  code: number | null;
  stdout: string;
  stderr: string;
}

/**
 * Runs a program to its end, in a process group of its own, so that an abort (or the end of this process) takes its
 * children along: TERM, then KILL after 5 s. Of each output the last 256 kB are kept.
 *
 * @throws the signal's reason when aborted; the spawn error when there is no such file; an Error after `timeoutMs`
 */
export function runCommand({
  file,
  args,
  cwd,
  env = process.env,
  signal,
  timeoutMs,
}: {
  file: string;
  args: readonly string[];
  cwd?: string | undefined;
  env?: NodeJS.ProcessEnv | undefined;
  signal?: AbortSignal | undefined;
  timeoutMs?: number | undefined;
}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        output[name] = (output[name] + text).slice(-KEPT);
      });
    }

    let reason: unknown;
    let hardKill: NodeJS.Timeout | undefined;
    const stop = (why: unknown) => {
      reason ??= why;
      killGroup(child.pid, 'SIGTERM');
      hardKill ??= setTimeout(() => killGroup(child.pid, 'SIGKILL'), GRACE_MS);
    };
    const onAbort = () => stop(signal?.reason);
    const onExit = () => killGroup(child.pid, 'SIGKILL');
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => stop(new Error(`${file} gave no answer within ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener('abort', onAbort);
    process.once('exit', onExit);

    const settle = () => {
      clearTimeout(timer);
      clearTimeout(hardKill);
      signal?.removeEventListener('abort', onAbort);
      process.removeListener('exit', onExit);
    };
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('close', (code) => {
      settle();
      if (reason !== undefined) reject(reason);
      else resolve({ code, ...output });
    });
  });
}

function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // the group is gone already
  }
}
