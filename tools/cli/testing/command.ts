import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../bin.js', import.meta.url));

/** A folder of its own for a test, gone after it. */
export async function makeFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dataset-test-'));
  t.after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command as a user starts it, in a folder. */
export function start({
  folder,
  args,
  env = {},
  onLine,
}: {
  folder: string;
  args: readonly string[];
  env?: Record<string, string | undefined>;
  /** Lines of stderr, as they come. */
  onLine?: (line: string) => void;
}): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [BIN, ...args], {
    cwd: folder,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text;
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderr += `${line}\n`;
    onLine?.(line);
  });
  const ended = new Promise<Ended>((resolve) =>
    child.on('close', (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}

export const faultline = (folder: string, ...args: string[]): Promise<Ended> => start({ folder, args }).ended;

/** Processes below `pid`, each as `pid start-time`, so that a reused pid is not taken for one of them. */
export function descendantsOf(pid: number): string[] {
  const rows = processes();
  const below = (parent: number): string[] =>
    rows.filter((row) => row.ppid === parent).flatMap((row) => [row.identity, ...below(row.pid)]);
  return below(pid);
}

/** Those of `identities` that still run. */
export function stillRunning(identities: readonly string[]): string[] {
  const running = new Map(processes().map((row) => [row.identity, row.command]));
  return identities
    .filter((identity) => running.has(identity))
    .map((identity) => `${identity} ${running.get(identity)}`);
}

function processes() {
  const text = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,lstart=,args='], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return text
    .trim()
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\S+\s+\S+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/.exec(line))
    .filter((match) => match !== null && !match[3]?.startsWith('Z'))
    .map((match) => ({
      pid: Number(match?.[1]),
      ppid: Number(match?.[2]),
      identity: `${match?.[1]} ${match?.[4]}`,
      command: match?.[5] ?? '',
    }));
}
