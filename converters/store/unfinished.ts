import { createHash, randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isTaken, thisHost } from '../run/owner.ts';

/*
 * Unfinished files are named `.put-<host>-<pid>-<random>`: a process that was killed cannot remove its own, but others of this
 * host can see that it is gone.
 */

let prefix: Promise<string> | undefined;

const ofThisHost = (): Promise<string> => {
  prefix ??= thisHost().then((host) => {
    const hash = createHash('sha256').update(host).digest('hex');
    return `.put-${hash.slice(0, 12)}-`;
  });
  return prefix;
};

/** A new name for a file of this process that is not whole yet. */
export const unfinishedName = async (): Promise<string> =>
  `${await ofThisHost()}${process.pid}-${randomUUID()}`;

/** Removes what killed processes of this host left in a folder. What cannot be removed stays: nobody lists it. */
export async function removeAbandoned(folder: string): Promise<void> {
  const own = await ofThisHost();
  for (const name of await readdir(folder).catch(() => [] as string[])) {
    const [, pid] = (name.startsWith(own) && /^(\d+)-/.exec(name.slice(own.length))) || [];
    if (pid && !isTaken(Number(pid))) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}
