import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build } from 'esbuild';
import { filesBelow } from './dataset/files-below.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Files that a module reads from beside itself, with their places in the bundle; they come along where the module does. */
const BESIDE: readonly { readonly module: string; readonly file: string; readonly as: string }[] = [
  {
    module: 'converters/ocsf/validate.ts',
    file: 'converters/ocsf/generated/ocsf-1.8.0.json',
    as: 'generated/ocsf-1.8.0.json',
  },
  {
    module: 'node_modules/@bokuweb/zstd-wasm/dist/common/index.node.js',
    file: 'node_modules/@bokuweb/zstd-wasm/dist/common/zstd.wasm',
    as: 'zstd.wasm',
  },
];

/** What packages made for `require` expect of Node, which a module has not by itself. */
const BANNER = `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url);
const __dirname = import.meta.dirname;`;

export interface Bundle {
  readonly outdir: string;
  /** All that went into it, from the root of the project. */
  readonly inputs: readonly string[];
  readonly files: readonly string[];
  readonly bytes: number;
  /** Of a zip of the files. */
  readonly zippedBytes: number;
}

/** What is bundled, by the module that it begins with. */
const ENTRIES = { lambda: 'converters/lambda/index.ts', worker: 'converters/worker/main.ts' } as const;

/**
 * Bundles a door of the converter, with all that it needs, into an empty folder. `lambda`: `index.mjs` exports `handler`; `worker`:
 * `node index.mjs` runs until it is told to end.
 */
export async function bundle(
  entry: keyof typeof ENTRIES,
  { outdir = join(root, 'dist', entry) }: { outdir?: string } = {},
): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [ENTRIES[entry]],
    outfile: 'index.mjs',
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    mainFields: ['module', 'main'],
    banner: { js: BANNER },
    // Names stay, so that a stack trace can be read.
    ...{ minifySyntax: true, minifyWhitespace: true, legalComments: 'none' },
    ...{ metafile: true, write: false, logLevel: 'warning' },
  });
  const inputs = Object.keys(metafile.inputs).sort();
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  for (const { contents } of outputFiles) await writeFile(join(outdir, 'index.mjs'), contents);
  for (const { module, file, as } of BESIDE) {
    if (!inputs.includes(module)) continue;
    await mkdir(dirname(join(outdir, as)), { recursive: true });
    await cp(join(root, file), join(outdir, as));
  }
  return { outdir, inputs, ...(await sizeOf(outdir)) };
}

/** Bytes that a zip has beside a file of it: two headers, with its name in both; and at its end. */
const [A_FILE, AT_END] = [30 + 46, 22];

async function sizeOf(folder: string): Promise<Pick<Bundle, 'files' | 'bytes' | 'zippedBytes'>> {
  const files = await filesBelow(folder);
  let [bytes, zippedBytes] = [0, AT_END];
  for (const file of files) {
    const content = await readFile(join(folder, file));
    bytes += content.length;
    zippedBytes += deflateRawSync(content, { level: 9 }).length + A_FILE + 2 * Buffer.byteLength(file);
  }
  return { files, bytes, zippedBytes };
}

/** In words. */
export function bundleText({ outdir, files, bytes, zippedBytes }: Bundle): string {
  const kb = (count: number) => `${Math.round(count / 1000).toLocaleString('en')} kB`;
  return `${relative(process.cwd(), outdir)}: ${files.join(', ')}; ${kb(bytes)}, zipped ${kb(zippedBytes)}`;
}
