import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { GoModule } from './catalogue.ts';
import { runCommand } from './command.ts';
import { outputTail, ProgramError } from './errors.ts';
import { findOnPath } from './path.ts';
import { type OnProgress, timed } from './progress.ts';
import { compareVersions } from './version.ts';

/** From 1.21 on, `go` can fetch the toolchain that a module asks for, unless GOTOOLCHAIN=local forbids it. */
const FETCHES_TOOLCHAINS = '1.21.0';

/** `go` on PATH that can build the module: new enough, or allowed to fetch a toolchain that is. */
export async function findGo({
  minimum,
  env = process.env,
  signal,
}: {
  minimum: string;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}): Promise<{ path: string; version: string } | { reason: string }> {
  const { found, rejected } = await findOnPath({
    wanted: {
      executables: ['go'],
      versionArgs: ['version'],
      versionPattern: /go(\d+\.\d+(?:\.\d+)?)/,
      range: { from: '1.0' },
    },
    env,
    signal,
  });
  if (!found) {
    const broken = rejected.map(({ path, reason }) => `${path} ${reason}`).join('; ');
    return { reason: broken || `go >= ${minimum} is not on PATH` };
  }
  if (compareVersions(found.version, minimum) >= 0) return found;
  const { stdout } = await runCommand({ file: found.path, args: ['env', 'GOTOOLCHAIN'], env, signal });
  const toolchain = stdout.trim();
  const fetches = compareVersions(found.version, FETCHES_TOOLCHAINS) >= 0 && /(?:^|\+)auto$/.test(toolchain);
  if (fetches) return found;
  const setting = toolchain ? `, and GOTOOLCHAIN=${toolchain} forbids another` : '';
  return { reason: `${found.path} is ${found.version}, needed is >= ${minimum}${setting}` };
}

/** The `go` line of the module: the least version that builds it. */
export async function minimumGo({ folder }: Pick<GoModule, 'folder'>): Promise<string> {
  const text = await readFile(join(folder, 'go.mod'), 'utf8');
  const version = /^go (\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1];
  if (!version) throw new Error(`${folder}/go.mod has no go line`);
  return version;
}

/** Hash of all that decides what is built: go.mod, go.sum and sources, also of modules below it, flags, platform. */
export async function moduleKey(module: GoModule): Promise<string> {
  const hash = createHash('sha256');
  const files = (await readdir(module.folder, { recursive: true }))
    .filter((name) => /(^|[\\/])go\.(mod|sum)$|\.go$/.test(name))
    .sort();
  for (const name of files) {
    const content = await readFile(join(module.folder, name));
    hash.update(`${name} ${content.length}\n`).update(content);
  }
  hash.update(JSON.stringify([module.package, buildFlags(module), platform(), ...(module.args ?? [])]));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds the program from the pinned module. `-mod=readonly` and the committed go.sum decide what goes in;
 * GOTOOLCHAIN, GOPROXY and the like stay the user's.
 */
export async function buildGoModule({
  module,
  name,
  output,
  go,
  env = process.env,
  onProgress,
  signal,
}: {
  module: GoModule;
  name: string;
  /** absolute path of the executable to write; scratch files go beside it, so that they vanish with its folder */
  output: string;
  go: string;
  env?: NodeJS.ProcessEnv;
  onProgress?: OnProgress | undefined;
  signal?: AbortSignal | undefined;
}): Promise<void> {
  const args = ['build', ...buildFlags(module), '-o', output, module.package];
  const scratch = dirname(output);
  await mkdir(scratch, { recursive: true });
  const { code, stdout, stderr } = await timed({
    text: `building ${name} (usually ${module.usually})`,
    onProgress,
    work: () =>
      runCommand({
        file: go,
        args,
        cwd: module.folder,
        env: { ...env, ...platform(), CGO_ENABLED: '0', GOWORK: 'off', GOTMPDIR: scratch },
        signal,
      }),
  });
  if (code !== 0) {
    throw new ProgramError(
      'PROGRAM_BUILD_FAILED',
      `building ${name} from ${module.folder} failed with code ${code}:\n${outputTail(stderr || stdout)}\n` +
        'It needs a Go module proxy or the module sources in the local module cache; run again to retry.',
    );
  }
}

const buildFlags = ({ ldflags }: GoModule) => [
  '-trimpath',
  '-mod=readonly',
  '-buildvcs=false',
  '-ldflags',
  ['-s', '-w', ...ldflags].join(' '),
];

/** Always for this machine, whatever GOOS and GOARCH the environment has. */
const platform = () => ({
  GOOS: process.platform,
  GOARCH: process.arch === 'x64' ? 'amd64' : process.arch,
});
