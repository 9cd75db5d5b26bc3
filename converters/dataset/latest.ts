import { randomUUID } from 'node:crypto';
import { cp, lstat, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunId } from '../run/run-id.ts';
import { errnoOf } from '../store/files.ts';
import { latestTaken } from './errors.ts';

/** In a copy that stands for the link: whose copy it is. Its presence says that the folder may be replaced. */
const MARK = '.copy-of';

/**
 * Makes `<dataDir>/latest` lead to `<dataDir>/<runId>`: a relative link, so that the folder can be moved; where links
 * are impossible a junction, else a copy. A reader sees the old one or the new one, never none (where links work).
 * @throws `LATEST_TAKEN` where something else has the name
 */
export async function pointLatest(
  dataDir: string,
  runId: string,
  { link = symlink }: { link?: typeof symlink } = {},
): Promise<'link' | 'copy'> {
  const id = parseRunId(runId);
  const latest = join(dataDir, 'latest');
  const temp = join(dataDir, `.latest-${randomUUID()}`);
  await mkdir(dataDir, { recursive: true });
  await needReplaceable(latest);
  try {
    const way = await linkOrCopy({ dataDir, id, temp, link });
    await replace({ temp, latest });
    return way;
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

async function needReplaceable(latest: string): Promise<void> {
  const found = await lstat(latest).catch(() => undefined);
  if (!found || found.isSymbolicLink()) return;
  if (!found.isDirectory() || !(await readFile(join(latest, MARK)).catch(() => undefined)))
    throw latestTaken(latest);
}

async function linkOrCopy(options: {
  dataDir: string;
  id: string;
  temp: string;
  link: typeof symlink;
}): Promise<'link' | 'copy'> {
  const { dataDir, id, temp, link } = options;
  try {
    await link(id, temp, 'dir');
    return 'link';
  } catch (error) {
    // Windows without the right to make links; file systems that have none (exFAT, some network shares).
    if (!['EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL'].includes(errnoOf(error)))
      throw error;
  }
  try {
    if (process.platform !== 'win32') throw new Error('junctions are a thing of Windows');
    await link(join(dataDir, id), temp, 'junction');
    return 'link';
  } catch {
    await cp(join(dataDir, id), temp, { recursive: true });
    await writeFile(join(temp, MARK), `${id}\n`);
    return 'copy';
  }
}

async function replace({ temp, latest }: { temp: string; latest: string }): Promise<void> {
  try {
    await rename(temp, latest);
  } catch (error) {
    if (!['EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(errnoOf(error)))
      throw error;
    // A folder and a link cannot replace each other in one step.
    await rm(latest, { recursive: true, force: true });
    await rename(temp, latest);
  }
}
