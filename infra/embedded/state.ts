import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InfraError } from '../errors.ts';

/** Files of one stack while it runs; readable by their owner only. */
export interface StackState {
  readonly dir: string;
  /** One file a replica, `<component>-<n>.log`, or `<component>.log` where there can be only one. */
  readonly logs: string;
  /** The collector's queue and file offsets. */
  readonly queue: string;
  /** Data and configuration of the stores, set-up logs. */
  readonly work: string;
  /** Who runs the stack, and its addresses; never secrets. */
  readonly record: string;
  /** The folder was made for this run, and goes with it. */
  readonly temporary: boolean;
}

const RECORD = 'stack.json';
const POLL_MS = 50;
/** Longer than a guardian takes to end everything (see guardian.js). */
const GUARDIAN_MS = 30_000;

/** Folders of the stacks of this process. */
const inUse = new Set<string>();

/**
 * Makes the folders, without what an earlier run left in them.
 * @throws STATE_IN_USE when the stack that the folder belongs to still runs
 */
export async function makeState(stateDir?: string): Promise<StackState> {
  const dir = stateDir === undefined ? await mkdtemp(join(tmpdir(), 'storefront-')) : resolve(stateDir);
  const state: StackState = {
    dir,
    logs: join(dir, 'logs'),
    queue: join(dir, 'queue'),
    work: join(dir, 'work'),
    record: join(dir, RECORD),
    temporary: stateDir === undefined,
  };
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const owner = await ownerOf(state);
  if (owner !== undefined && isAlive(owner)) throw new InfraError('STATE_IN_USE', [dir, owner]);
  await deadStackEnded(dir);
  inUse.add(dir);
  await clear(state);
  for (const folder of [state.logs, state.queue, state.work]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(folder, 0o700);
  }
  await writeRecord(state);
  return state;
}

/**
 * Of a stack whose process was killed, the guardian ends what still runs and then removes the state: nobody is to use the
 * folder before that. Waits for it; does nothing where there is no such guardian, or where the stack runs.
 */
export async function deadStackEnded(stateDir: string): Promise<void> {
  const record = join(resolve(stateDir), RECORD);
  const deadline = performance.now() + GUARDIAN_MS;
  while (performance.now() < deadline) {
    const { pid, guardian } = await readRecord(record);
    if (guardian === undefined || !isAlive(guardian)) return;
    if (pid === undefined || pid === process.pid || isAlive(pid)) return;
    await sleep(POLL_MS);
  }
}

/** Notes who runs the stack and where it is reached. */
export async function writeRecord(
  state: StackState,
  about: { guardian?: number | undefined; addresses?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const record = { pid: process.pid, addresses: {}, ...about };
  await writeFile(state.record, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 });
}

/** Removes all but the logs; those too when the folder was made for this run. */
export async function removeState(state: StackState): Promise<void> {
  inUse.delete(state.dir);
  if (state.temporary) return rm(state.dir, { recursive: true, force: true, maxRetries: 3 });
  for (const path of temporaryPaths(state)) await rm(path, { recursive: true, force: true, maxRetries: 3 });
}

/** What must not outlive the stack; the record last, since it says that the rest may still be in use. */
export function temporaryPaths(state: StackState): readonly string[] {
  return state.temporary ? [state.dir] : [state.queue, state.work, state.record];
}

async function clear(state: StackState): Promise<void> {
  for (const path of [state.logs, state.queue, state.work]) await rm(path, { recursive: true, force: true });
}

/** A process of that number which is this one, and runs no stack there, is a later one that got the number again. */
async function ownerOf(state: StackState): Promise<number | undefined> {
  if (inUse.has(state.dir)) return process.pid;
  const { pid } = await readRecord(state.record);
  return pid === process.pid ? undefined : pid;
}

async function readRecord(path: string): Promise<{ pid?: number; guardian?: number }> {
  const text = await readFile(path, 'utf8').catch(() => '{}');
  try {
    const { pid, guardian } = JSON.parse(text) as { pid?: unknown; guardian?: unknown };
    return {
      ...(typeof pid === 'number' ? { pid } : {}),
      ...(typeof guardian === 'number' ? { guardian } : {}),
    };
  } catch {
    return {};
  }
}

/** Whether a process of that id runs, whoever's it is. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
