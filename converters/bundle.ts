import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { deflateRawSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
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
  await rm(outdir, { recursive: true, force: true });
  const inputs = await writeBundle({ entries: { index: ENTRIES[entry] }, outdir, plugins: [alone] });
  return { outdir, inputs, ...(await sizeOf(outdir)) };
}

/**
 * Bundles modules, each as `<name>.mjs`, to be run on this computer: what they read from beside themselves they find where it lies in
 * the project. What several need is in files of its own.
 * @param entries by name: paths from the root of the project @returns all that went into it, from there
 */
export const bundleOwn = (of: Entries): Promise<readonly string[]> =>
  writeBundle({ ...of, plugins: [whereItLies] });

interface Entries {
  readonly entries: Readonly<Record<string, string>>;
  readonly outdir: string;
}

async function writeBundle({
  entries,
  outdir,
  plugins,
}: Entries & { plugins: Plugin[] }): Promise<readonly string[]> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { ...entries },
    ...{ outdir, outExtension: { '.js': '.mjs' }, splitting: Object.keys(entries).length > 1 },
    ...{ bundle: true, platform: 'node', format: 'esm', target: 'node20', mainFields: ['module', 'main'] },
    plugins,
    banner: { js: BANNER },
    // Names stay, so that a stack trace can be read.
    ...{ minifySyntax: true, minifyWhitespace: true, legalComments: 'none' },
    ...{ metafile: true, write: false, logLevel: 'warning' },
  });
  const inputs = Object.keys(metafile.inputs).sort();
  await mkdir(outdir, { recursive: true });
  for (const { path, contents } of outputFiles) await writeFile(path, contents);
  for (const { module, file, as } of BESIDE) {
    if (!inputs.includes(module)) continue;
    await mkdir(dirname(join(outdir, as)), { recursive: true });
    await cp(join(root, file), join(outdir, as));
  }
  return inputs;
}

/** What runs alone starts no threads, for which modules are compiled. */
const alone: Plugin = {
  name: 'alone',
  setup({ onResolve }) {
    onResolve({ filter: /\/compiled\.ts$/ }, ({ path }) => ({ path, external: true }));
  },
};

/**
 * Modules of the project keep the address that they have as TypeScript. A package that starts files of its own stays where it is, and
 * what bundles is no part of a bundle.
 */
const whereItLies: Plugin = {
  name: 'where it lies',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^tinypool$/ }, () => ({ path: import.meta.resolve('tinypool'), external: true }));
    onResolve({ filter: /\/bundle\.ts$/ }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /\.[jt]s$/ }, async ({ path }) => {
      if (relative(root, path).split(sep).includes('node_modules')) return undefined;
      const url = JSON.stringify(pathToFileURL(path).href);
      const contents = (await readFile(path, 'utf8'))
        .replaceAll('import.meta.url', () => url)
        .replaceAll('import.meta.filename', () => JSON.stringify(path))
        .replaceAll('import.meta.dirname', () => JSON.stringify(dirname(path)))
        .replaceAll(/import\.meta\.resolve\(('\.[^']*')\)/g, (_, of) => `new URL(${of}, ${url}).href`);
      return { contents, loader: path.endsWith('.js') ? 'js' : 'ts' };
    });
  },
};

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
