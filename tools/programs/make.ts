import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheRoot } from './cache.ts';
import type { ProgramSpec } from './catalogue.ts';
import { debianRelease, unpackDebianPackage } from './debian.ts';
import { executableIn } from './entry.ts';
import { buildGoModule, findGo, minimumGo, moduleKey } from './go.ts';
import type { OnProgress } from './progress.ts';

/** How a program that is not on PATH can be had here. */
export type Way =
  | {
      /** its folder in the cache; another pin, platform or release is another folder */
      folder: string;
      source: 'built' | 'system package';
      /** for people to read */
      text: string;
      make: (to: { folder: string; onProgress?: OnProgress | undefined }) => Promise<void>;
    }
  /** nothing here can make it, though the cache may hold it already */
  | { folder?: string; reason: string };

export async function wayToMake({
  spec,
  env,
  signal,
}: {
  spec: ProgramSpec;
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
}): Promise<Way> {
  const { name, module } = spec;
  const programs = join(cacheRoot(env), 'programs');
  const machine = `${process.platform}-${process.arch}`;

  if (module) {
    const folder = join(programs, `${name}-${module.version}-${machine}-${await moduleKey(module)}`);
    const go = await findGo({ minimum: await minimumGo(module), env, signal });
    if ('reason' in go) return { folder, reason: `to build it Go is needed: ${go.reason}` };
    return {
      folder,
      source: 'built',
      text: `will be built once from the pinned module with Go ${go.version} (usually ${module.usually})`,
      make: async ({ folder: to, onProgress }) => {
        const output = join(to, module.args ? 'lib' : 'bin', basename(executableIn(spec)));
        await buildGoModule({ module, name, output, go: go.path, env, onProgress, signal });
        if (module.args) await writeStarter({ file: join(to, executableIn(spec)), args: module.args });
      },
    };
  }

  if (spec.debian) {
    const release = await debianRelease(env);
    if (release === undefined) return { reason: 'no package manager here that can bring it without root' };
    return {
      folder: join(programs, `${name}-${release}-${machine}`),
      source: 'system package',
      text: `will be unpacked once from the packages of ${release} (usually 10 s; nothing gets installed)`,
      make: ({ folder, onProgress }) => unpackDebianPackage({ spec, folder, env, onProgress, signal }),
    };
  }

  return { reason: 'it is never fetched or built here' };
}

/** `bin/<program>`: replaces itself by `lib/<program>` (same process id), with the arguments in front. */
async function writeStarter({ file, args }: { file: string; args: readonly string[] }): Promise<void> {
  const quoted = args.map((arg) => `'${arg.replaceAll("'", "'\\''")}'`).join(' ');
  await mkdir(dirname(file), { recursive: true });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shell, not a template
  const program = '"${0%/bin/*}/lib/${0##*/}"';
  await writeFile(file, `#!/bin/sh\nexec ${program} ${quoted} "$@"\n`, { mode: 0o755 });
}
