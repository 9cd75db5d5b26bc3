/**
 * Makes the stand-ins for those official images that the engine does not have: `npx tsx infra/docker/testing/images/make.ts`.
 * Never pulls. An official image is left as it is, and so is a stand-in that was made from the same files.
 *
 *   debootstrap ──► docker import ──► one docker build an image
 */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from '../../../../tools/programs/command.ts';
import { docker, tryDocker } from './docker.ts';
import { BASE, STAND_INS, type StandIn } from './stand-ins.ts';

/** On every stand-in; its value says what it was made from. An official image has no such label. */
const LABEL = 'stand-in';

/** @returns names of the images that were made */
export async function makeStandIns({ log }: { log: (line: string) => void }): Promise<string[]> {
  const made: string[] = [];
  for (const standIn of STAND_INS) {
    const programs = await standIn.programs();
    const wanted = originOf(standIn, programs);
    const present = await labelOf(standIn.name);
    if (present === wanted || present === 'official') continue;
    await makeBase(log);
    await timed(log, standIn.name, () => build({ standIn, programs, label: wanted }));
    made.push(standIn.name);
  }
  return made;
}

/** `official` for an image without our label, undefined when there is none of that name. */
async function labelOf(name: string): Promise<string | undefined> {
  const format = `{{index .Config.Labels "${LABEL}"}}`;
  const { code, stdout } = await tryDocker(['image', 'inspect', '--format', format, name]);
  if (code !== 0) return undefined;
  return stdout.trim() || 'official';
}

async function makeBase(log: (line: string) => void): Promise<void> {
  if ((await labelOf(BASE)) !== undefined) return;
  await timed(log, BASE, () =>
    inTemporaryFolder(async (folder) => {
      const tree = join(folder, 'tree');
      const archive = join(folder, 'tree.tar');
      await run('debootstrap', ['--variant=minbase', 'bookworm', tree]);
      await run('tar', ['--create', '--file', archive, '--directory', tree, '.']);
      await docker(['import', '--change', `LABEL ${LABEL}=base`, archive, BASE]);
    }),
  );
}

async function build({
  standIn: { name, folder },
  programs,
  label,
}: {
  standIn: StandIn;
  programs: Readonly<Record<string, string>>;
  label: string;
}): Promise<void> {
  await inTemporaryFolder(async (context) => {
    cpSync(folder, context, { recursive: true });
    for (const [as, from] of Object.entries(programs))
      cpSync(from, join(context, as), { recursive: true, verbatimSymlinks: true, dereference: false });
    await docker(['build', '--quiet', '--tag', name, '--label', `${LABEL}=${label}`, context]);
  });
}

function originOf({ folder }: StandIn, programs: Readonly<Record<string, string>>): string {
  const hash = createHash('sha256').update(JSON.stringify([programs, process.version]));
  for (const file of readdirSync(folder).sort()) hash.update(file).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

async function run(file: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runCommand({ file, args }).catch((cause: unknown) => {
    throw new Error(`${file} does not run; on Debian: apt-get install ${file}`, { cause });
  });
  if (code !== 0) throw new Error(`${file} ended with code ${code}:\n${(stdout + stderr).slice(-2000)}`);
}

async function inTemporaryFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timed<T>(log: (line: string) => void, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work();
  log(`stand-in ${what} made in ${Math.round((performance.now() - start) / 1000)} s`);
  return result;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const made = await makeStandIns({ log: (line) => console.error(line) });
  if (made.length === 0) console.error('every image is there');
}
