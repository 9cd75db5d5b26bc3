import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { releases } from './releases.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** Entry points of the current release. */
const entries: Record<string, string> = {
  telemetry: 'telemetry/telemetry.ts',
  'web-api': 'web-api/main.ts',
  'auth-service': 'auth-service/main.ts',
  'payment-worker': 'payment-worker/main.ts',
  operator: 'operator/main.ts',
  'database-setup': 'database/main.ts',
};

/**
 * Bundles every service, and every release with an entry of its own, to `<outdir>/<name>.cjs`. CommonJS, because the
 * instrumentations wrap packages as `require` loads them; packages stay outside the bundle for the same reason.
 */
export async function buildServices({
  outdir = join(here, 'dist'),
}: {
  outdir?: string;
} = {}): Promise<{ outdir: string }> {
  const entryPoints = Object.fromEntries(
    [...Object.entries(entries), ...releaseEntries()].map(([name, file]) => [name, join(here, file)]),
  );
  const { outputFiles } = await build({
    entryPoints,
    outdir,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: true,
    sourcesContent: false,
    logLevel: 'warning',
    write: false,
  });
  await mkdir(outdir, { recursive: true });
  await Promise.all(outputFiles.map(({ path, contents }) => replaceFile(path, contents)));
  return { outdir };
}

/** By rename, and only when it differs: a service that starts meanwhile reads the old bundle or the new, never half. */
async function replaceFile(path: string, contents: Uint8Array): Promise<void> {
  const present = await readFile(path).catch(() => undefined);
  if (present?.equals(contents)) return;
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, contents);
  await rename(draft, path);
}

function releaseEntries(): [string, string][] {
  return Object.values(releases).flatMap((list) =>
    list.flatMap(({ bundle, entry }): [string, string][] => (entry === undefined ? [] : [[bundle, entry]])),
  );
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const { outdir } = await buildServices();
  process.stdout.write(`services built in ${outdir}\n`);
}
