import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchRecord, putRaw } from '../bench/dataset.ts';
import { seeded } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { fetchDataset } from '../dataset/fetch.ts';
import { filesBelow } from '../dataset/files-below.ts';
import { stagedKey } from '../dataset/staged.ts';
import { sealRun } from '../seal/seal.ts';
import { openStore } from '../store/open.ts';

/*
 * Runs in a mount namespace of its own, where DISK is a tmpfs that it may make larger and smaller; prints what it saw as JSON.
 * For each place that is written to, and each of several sizes: the work is done on a disk that is too small, then again on one
 * that has room.
 */

const DISK = process.env.DISK as string;
const SIZES = Number(process.env.SIZES);
const REQUESTS = 300;
const record = benchRecord(REQUESTS);
const KIB = 1024;

export interface Outcome {
  readonly place: string;
  readonly kib: number;
  /** `ok`, or code and text of the error. */
  readonly full: string;
  /** Files that were there before and are other ones after, and new ones that are not whole: none. */
  readonly changed: readonly string[];
  readonly published: boolean;
  /** What there is after the work was done again with room: the same files as ever. */
  readonly again: string;
}

const resize = (kib: number) => execFileSync('mount', ['-o', `remount,size=${kib}k`, DISK]);
const empty = async () => {
  for (const name of await readdir(DISK)) await rm(join(DISK, name), { recursive: true, force: true });
};

/** Checksums of the files below a folder; unfinished ones have no name yet. */
async function sums(folder: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const path of await filesBelow(folder))
    if (!path.includes('.sgwtmp/'))
      found.set(
        path,
        createHash('sha256')
          .update(await readFile(join(folder, path)))
          .digest('hex'),
      );
  return found;
}

const equal = (a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string => {
  const keys = new Set([...a.keys(), ...b.keys()]);
  const differing = [...keys].filter((key) => a.get(key) !== b.get(key));
  return differing.length === 0 ? 'the same' : `differs in ${differing.slice(0, 3)}`;
};

const outcome = (action: Promise<unknown>): Promise<string> =>
  action.then(
    () => 'ok',
    (error: Error & { code?: string }) => `${error.code} ${error.message}`,
  );

interface PlaceOnDisk {
  readonly name: string;
  /** Made on the disk, while it has room. */
  prepare(): Promise<void>;
  work(): Promise<unknown>;
  /** What the work makes. */
  result(): Promise<Map<string, string>>;
  published(): Promise<boolean>;
}

const home = await mkdtemp(join(tmpdir(), 'disk-full-'));
const at = (...names: string[]) => join(home, ...names);
await putRaw({ dir: home, requests: REQUESTS });
const [raw, datasets] = [openStore(at('raw')), openStore(at('datasets'))];
await convertRun({ raw, record });
await sealRun({ raw, datasets, record });
const dataset = at('datasets', 'bench');
const onDisk = { raw: openStore(join(DISK, 'raw')), datasets: openStore(join(DISK, 'datasets')) };
const never = async () => false;
const hasManifest = async (folder: string) => (await filesBelow(folder)).includes('bench/manifest.json');

const PLACES: readonly PlaceOnDisk[] = [
  {
    name: 'parts',
    prepare: () => putRaw({ dir: DISK, requests: REQUESTS }).then(() => undefined),
    work: () => convertRun({ raw: onDisk.raw, record, workers: 2 }),
    result: () => sums(join(DISK, 'raw')),
    published: never,
  },
  {
    name: 'work folder',
    prepare: async () => void (await mkdir(join(DISK, 'tmp'))),
    work: async () => {
      process.env.TMPDIR = join(DISK, 'tmp');
      try {
        await sealRun({ raw, datasets: openStore(at('sealed')), record });
      } finally {
        process.env.TMPDIR = tmpdirBefore;
      }
    },
    result: () => sums(at('sealed', 'bench')),
    published: () => hasManifest(at('sealed')),
  },
  {
    name: 'datasets',
    prepare: async () => undefined,
    work: () => sealRun({ raw, datasets: onDisk.datasets, record }),
    result: () => sums(join(DISK, 'datasets', 'bench')),
    published: () => hasManifest(join(DISK, 'datasets')),
  },
  {
    name: 'fetched',
    prepare: async () => undefined,
    work: () => fetchDataset({ datasets, runId: 'bench', to: join(DISK, 'fetched') }),
    result: () => sums(join(DISK, 'fetched')),
    published: async () => (await readdir(DISK)).includes('fetched'),
  },
];
/** Below a dataset. */
const STAGED = stagedKey('', '').slice(1);
const tmpdirBefore = process.env.TMPDIR ?? tmpdir();

/** KiB that are taken. */
const used = () =>
  Number(execFileSync('df', ['--output=used', '-k', DISK], { encoding: 'utf8' }).trim().split('\n').at(-1));

async function tried(place: PlaceOnDisk, kib: number, wanted: ReadonlyMap<string, string>): Promise<Outcome> {
  resize(64 * KIB);
  await empty();
  await rm(at('sealed'), { recursive: true, force: true });
  await place.prepare();
  const before = await sums(DISK);
  resize(used() + kib);
  const full = await outcome(place.work());
  const now = await sums(DISK);
  const other = [...before].filter(([path, sum]) => now.get(path) !== sum);
  // What waits for the manifest is named by its checksum.
  const due = (path: string) => (path.startsWith(STAGED) ? path.slice(STAGED.length) : wanted.get(path));
  const halves = [...(await place.result())].filter(([path, sum]) => due(path) !== sum);
  const changed = [...other, ...halves].map(([path]) => path);
  const published = await place.published();
  resize(64 * KIB);
  const again = await outcome(place.work());
  const result = again === 'ok' ? equal(await place.result(), wanted) : again;
  return { place: place.name, kib, full, changed, published, again: result };
}

const random = seeded(20261127);
const outcomes: Outcome[] = [];
try {
  for (const place of PLACES) {
    // First with room: what it makes, and how much that takes.
    resize(64 * KIB);
    await empty();
    await place.prepare();
    const before = used();
    await place.work();
    const wanted = await place.result();
    const takes = place.name === 'work folder' ? 2 * (await sizeOf(dataset)) : used() - before;
    for (let i = 0; i < SIZES; i++) {
      const kib = Math.max(4, Math.floor((takes * (i + random())) / SIZES / 4) * 4);
      outcomes.push(await tried(place, kib, wanted));
    }
  }
  console.log(JSON.stringify(outcomes));
} finally {
  await rm(home, { recursive: true, force: true });
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const path of await filesBelow(folder)) bytes += (await readFile(join(folder, path))).length;
  return Math.ceil(bytes / KIB);
}
