import { execFile } from 'node:child_process';
import { chown, cp, lchown, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { InfraError } from '../../errors.ts';
import type { Guard } from '../guard.ts';
import type { StackState } from '../state.ts';

const execute = promisify(execFile);
const USER = 'nobody';

/** Where the server runs from and keeps its data. */
export interface Place {
  /** Holds bin/, lib/ and share/. */
  readonly home: string;
  /** Working folder; data is in it. */
  readonly dir: string;
  readonly data: string;
  /** Only when this process is root: the server refuses to run as root. */
  readonly uid?: number;
  readonly gid?: number;
}

interface Finding {
  /** Folder of the installed program. */
  readonly home: string;
  readonly state: StackState;
  readonly guard: Guard;
}

/**
 * For root the server runs as an unprivileged user, who may be kept out of the state folder, of the folder with the
 * programs, or of both (a home folder is often closed). Then the data lies in a temporary folder which that user can
 * enter, and a copy of the programs beside it. Whether a folder will do is tried, as that user, and not computed.
 * @throws NO_UNPRIVILEGED_USER, NO_PLACE_FOR_POSTGRES
 */
export async function findPlace({ home, state, guard }: Finding): Promise<Place> {
  if (process.getuid?.() !== 0) {
    const dir = join(state.work, 'postgres');
    await mkdir(dir, { recursive: true, mode: 0o700 });
    return { home, dir, data: join(dir, 'data') };
  }
  const user = await unprivilegedUser();
  const tried: string[] = [];
  for (const parent of new Set([state.work, tmpdir(), '/tmp', '/var/tmp'])) {
    const dir = await mkdtemp(join(parent, 'storefront-postgres-')).catch(() => undefined);
    if (dir === undefined) continue;
    guard.removeAtEnd(dir);
    await chown(dir, user.uid, user.gid);
    const usable = await homeFor({ home, dir, user });
    if (usable !== undefined) return { home: usable, dir, data: join(dir, 'data'), ...user };
    tried.push(parent);
    await rm(dir, { recursive: true, force: true });
  }
  throw new InfraError('NO_PLACE_FOR_POSTGRES', [USER, tried.join(', ')]);
}

/** Removes the data, and the copied programs. */
export async function removePlace({ dir }: Place): Promise<void> {
  await rm(dir, { recursive: true, force: true, maxRetries: 3 });
}

interface User {
  readonly uid: number;
  readonly gid: number;
}

async function homeFor({
  home,
  dir,
  user,
}: {
  home: string;
  dir: string;
  user: User;
}): Promise<string | undefined> {
  if (!(await works('/bin/sh', ['-c', 'cd "$1" && touch probe && rm probe', 'sh', dir], user)))
    return undefined;
  if (await works(join(home, 'bin', 'initdb'), ['--version'], user)) return home;
  const copy = join(dir, 'programs');
  await cp(home, copy, { recursive: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.a') });
  await chownAll(copy, user);
  return (await works(join(copy, 'bin', 'initdb'), ['--version'], user)) ? copy : undefined;
}

async function works(command: string, args: readonly string[], user: User): Promise<boolean> {
  const run = execute(command, args, { ...user, cwd: '/', env: {}, timeout: 10_000 });
  return run.then(
    () => true,
    () => false,
  );
}

async function chownAll(path: string, user: User): Promise<void> {
  await lchown(path, user.uid, user.gid);
  const entries = await readdir(path, { recursive: true });
  for (const entry of entries) await lchown(join(path, entry), user.uid, user.gid);
}

async function unprivilegedUser(): Promise<User> {
  const id = async (flag: string) => Number((await execute('id', [flag, USER])).stdout);
  try {
    return { uid: await id('-u'), gid: await id('-g') };
  } catch (cause) {
    throw new InfraError('NO_UNPRIVILEGED_USER', [(cause as Error).message], { cause });
  }
}
