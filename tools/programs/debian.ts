import { existsSync, readdirSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProgramSpec } from './catalogue.ts';
import { runCommand } from './command.ts';
import { outputTail, ProgramError } from './errors.ts';
import { executablesOnPath } from './path.ts';
import { type OnProgress, timed } from './progress.ts';
import { inRange, versionIn } from './version.ts';

/** `debian-12`, `ubuntu-24.04`, …; undefined where apt is not the package manager. */
export async function debianRelease(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  if (executablesOnPath('apt-get', env).length === 0 || executablesOnPath('dpkg-deb', env).length === 0) {
    return undefined;
  }
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1] ?? '';
  if (!/\b(debian|ubuntu)\b/.test(`${field('ID')} ${field('ID_LIKE')}`)) return undefined;
  return `${field('ID')}-${field('VERSION_ID') || 'rolling'}`;
}

/**
 * Takes a program out of the distribution's packages without installing them: `apt-get download-only` with an index of
 * its own, then `dpkg-deb -x` into the cache. An installation would need root, and would leave a service of that
 * program enabled (and started) on the user's machine; this needs no root and changes nothing outside the cache.
 * apt verifies the signatures as ever. Updates of the system do not reach the copy.
 *
 *   index ──► download what the system lacks ──► unpack ──► bin/<program>, which adds the unpacked libraries
 *
 * @param folder  absolute, empty folder to fill
 * @throws PROGRAM_BUILD_FAILED with apt's last lines
 */
export async function unpackDebianPackage({
  spec,
  folder,
  env = process.env,
  onProgress,
  signal,
}: {
  spec: ProgramSpec;
  folder: string;
  env?: NodeJS.ProcessEnv;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const apt = join(folder, 'apt');
  for (const name of ['lists/partial', 'archives/partial']) await mkdir(join(apt, name), { recursive: true });
  const settings = await writeSettings(apt);
  const run = async (file: string, args: string[]) => {
    const { code, stdout, stderr } = await runCommand({
      file,
      args,
      env: { ...env, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
      signal,
    });
    if (code !== 0) {
      throw new ProgramError(
        'PROGRAM_BUILD_FAILED',
        `${file} ${args.at(-1)} failed with code ${code}:\n${outputTail(stderr || stdout)}`,
      );
    }
    return stdout;
  };

  await timed({
    text: `fetching ${spec.name} from the system's packages (usually 10 s)`,
    onProgress,
    work: async () => {
      await run('apt-get', [...settings, '--quiet', 'update']);
      const name = await choosePackage({ spec, ask: (pkg) => run('apt-cache', [...settings, 'show', pkg]) });
      await run('apt-get', [
        ...settings,
        ...['--quiet', '--yes', '--download-only', '--no-install-recommends', 'install', name],
      ]);
      for (const file of await readdir(join(apt, 'archives'))) {
        if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(apt, 'archives', file), folder]);
      }
    },
  });
  await rm(apt, { recursive: true });
  await writeStarter({ spec, folder });
}

/**
 * apt's settings for an index and an archive of our own. The packages to unpack count as not installed, so that they
 * are downloaded with the libraries that the system lacks. Hooks of the system are for its own archive: cleared.
 */
async function writeSettings(apt: string): Promise<string[]> {
  const status = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => '');
  const others = status.split('\n\n').filter((entry) => !UNPACKED.test(entry));
  await writeFile(join(apt, 'status'), `${others.join('\n\n')}\n`);
  const file = join(apt, 'apt.conf');
  const lines = [
    `Dir::State::lists "${join(apt, 'lists')}";`,
    `Dir::State::status "${join(apt, 'status')}";`,
    `Dir::Cache::archives "${join(apt, 'archives')}";`,
    'Dir::Cache::pkgcache "";',
    'Dir::Cache::srcpkgcache "";',
    'Debug::NoLocking "true";',
    // the download user of apt cannot reach into a user's cache
    'APT::Sandbox::User "root";',
    'Acquire::Languages "none";',
    ...['APT::Update::Pre-Invoke', 'APT::Update::Post-Invoke', 'APT::Update::Post-Invoke-Success'].map(
      (hook) => `#clear ${hook};`,
    ),
    '#clear DPkg::Post-Invoke;',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return ['-c', file];
}

const UNPACKED =
  /^Package: (redis-server|redis-tools|valkey-server|valkey-tools|liblzf1|libjemalloc2|prometheus)$/m;

/** First of the spec's packages that the distribution has, in a version whose licence lets us fetch it. */
async function choosePackage({
  spec,
  ask,
}: {
  spec: ProgramSpec;
  ask: (name: string) => Promise<string>;
}): Promise<string> {
  const seen: string[] = [];
  for (const { package: name, below } of spec.debian ?? []) {
    const text = await ask(name).catch(() => '');
    const version = versionIn(text, /^Version: (?:\d+:)?(\d+\.\d+\.\d+)/m);
    if (version === undefined) continue;
    const range = { from: '0', ...spec.range, ...(below === undefined ? {} : { below }) };
    if (inRange(version, range)) return name;
    seen.push(`${name} ${version}`);
  }
  throw new ProgramError(
    'PROGRAM_BUILD_FAILED',
    `the system's packages hold no suitable ${spec.name}: ${seen.join(', ') || 'none of that name'}`,
  );
}

/** `bin/<program>`: replaces itself by the unpacked program (same process id), with the unpacked libraries in reach. */
async function writeStarter({ spec, folder }: { spec: ProgramSpec; folder: string }): Promise<void> {
  const program = spec.executables.find((name) => existsSync(join(folder, 'usr/bin', name)));
  if (!program) {
    throw new ProgramError('PROGRAM_BUILD_FAILED', `the system's package of ${spec.name} holds no program`);
  }
  const libraries = existsSync(join(folder, 'usr/lib'))
    ? readdirSync(join(folder, 'usr/lib')).filter((name) => name.includes('-linux-'))
    : [];
  const search = libraries.map((name) => `$root/usr/lib/${name}`).join(':');
  const file = join(folder, 'bin', spec.executables[0] ?? spec.name);
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(
    file,
    [
      '#!/bin/sh',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: shell, not a template
      'root=${0%/bin/*}',
      `LD_LIBRARY_PATH="${search}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" exec "$root/usr/bin/${program}" "$@"`,
      '',
    ].join('\n'),
  );
  await chmod(file, 0o755);
}
