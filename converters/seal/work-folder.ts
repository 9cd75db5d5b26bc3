import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isTaken } from '../run/owner.ts';
import { diskFull } from '../store/errors.ts';
import { isDiskFull } from '../store/files.ts';

/** `storefront-seal-<host>-<pid>-<random>`: a process that was killed cannot tidy up, but others can see that it is gone. */
const mine = (work: string): string => `storefront-${work}-${hostname().replaceAll(/[^\w.]/g, '_')}-`;

/** A new folder for one dataset in the making, or on its way. Removes those of processes of this host that are dead. @throws `DISK_FULL` */
export async function makeWorkFolder(parent = tmpdir(), work: 'seal' | 'publish' = 'seal'): Promise<string> {
  const prefix = mine(work);
  for (const name of await readdir(parent)) {
    const [, pid] = (name.startsWith(prefix) && /^(\d+)-\w+$/.exec(name.slice(prefix.length))) || [];
    // Another user's, or one that somebody else is removing, does not keep us from our work.
    if (pid && !isTaken(Number(pid)))
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
  try {
    return await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  } catch (error) {
    throw isDiskFull(error) ? diskFull({ path: parent, cause: error }) : error;
  }
}
