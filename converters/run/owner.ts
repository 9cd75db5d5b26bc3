import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { promisify } from 'node:util';
import { count, object, text } from './shape.ts';

/** The process that works on something that is kept in a bucket or a folder. */
export interface Owner {
  /** Name of its computer; on Linux with its process id namespace, outside of which the id says nothing. */
  readonly host: string;
  readonly pid: number;
  /** Boot and start of the process, in the words of the system: an id is given again, the two together are not. */
  readonly started: string;
}

export const ownerShape = object({ host: text, pid: count, started: text });

export const describeOwner = ({ host, pid }: Owner): string => `process ${pid} of ${host}`;

export const isSameOwner = (a: Owner | undefined, b: Owner | undefined): boolean =>
  a?.host === b?.host && a?.pid === b?.pid && a?.started === b?.started;

/** This process. */
export async function thisOwner(): Promise<Owner> {
  const started = await startOf(process.pid);
  if (started === undefined) throw new Error(`the system does not say when process ${process.pid} started`);
  return { host: await thisHost(), pid: process.pid, started };
}

/** `elsewhere`: on another computer or in another container, where it cannot be seen from here. */
export async function stateOf(owner: Owner): Promise<'alive' | 'gone' | 'elsewhere'> {
  if (owner.host !== (await thisHost())) return 'elsewhere';
  const started = await startOf(owner.pid);
  // A system may hide other users' processes, and still says that the id is taken.
  if (started === undefined) return isTaken(owner.pid) ? 'alive' : 'gone';
  return started === owner.started ? 'alive' : 'gone';
}

/** Name of this computer; on Linux with the process id namespace. */
export async function thisHost(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${hostname()} ${namespace}`.trim();
}

/** Undefined where the system says nothing of such a process; a zombie has ended, and counts as one that never was. */
async function startOf(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
    const asked = promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env });
    return (await asked.catch(() => ({ stdout: '' }))).stdout.trim() || undefined;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // proc(5): the name, in parentheses, may hold anything; the state comes after it, and 19 fields on the start in ticks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z') return 'ended';
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return `${boot.trim()} ${fields[19]}`;
}

/** Whether there is a process of that id, whoever's it is. */
export function isTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
