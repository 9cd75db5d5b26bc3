import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { main } from '../../tools/cli/main.ts';
import { seeded } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { convertForeign } from '../convert-foreign.ts';
import { fetchDataset } from '../dataset/fetch.ts';
import { pointLatest } from '../dataset/latest.ts';
import { manifestProblems, readManifest } from '../dataset/manifest.ts';
import { publishDataset } from '../dataset/publish.ts';
import { deadLetterKey, partRowsKey, partSetKey } from '../parts/part-set.ts';
import { readRejects } from '../parts/rejects.ts';
import { retryRejects } from '../retry-rejects.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { putTruth, type RunTruth, readTruth } from '../truth/record.ts';
import { EVERY_KIND_RUN } from '../write/every-kind.test-world.ts';
import { abandonRun, claimRun } from './claim.ts';
import type { RunRecord } from './record.ts';
import type { RunId } from './run-id.ts';
import { completeRun, ownRawPrefix, pointsKey, readRun, recordKey } from './runs.ts';

const SEED = 20261127;
const PIECES = [
  ...['..', '../', '/', '\\', '%2e', '%2f', '%00', '\0', '\n', '\u2028', ' ', '.', ':', '~', '$x', '`', '*'],
  ...['a', 'run-1', '-', 'A', 'é', '\u{1f600}', '\ud800', 'x'.repeat(300)],
];

/** Ids that look like paths, URLs, commands and other scripts; none that is one. */
function hostileIds(count: number): string[] {
  const random = seeded(SEED);
  const below = (n: number) => Math.floor(random() * n);
  const ids = ['', '../x', '%2e%2e', '%2e%2e%2fx', 'a\0', 'a'.repeat(300), 'a'.repeat(41), '-a', 'a/b', 'A'];
  while (ids.length < count) {
    const id = Array.from({ length: 1 + below(5) }, () => PIECES[below(PIECES.length)]).join('');
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(id)) ids.push(id);
  }
  return ids;
}

/** A bucket that nobody may ask anything. */
function untouchable(): { store: ObjectStore; touched: () => string[] } {
  const touched: string[] = [];
  const store = new Proxy(new MemoryStore(), {
    get(target, name) {
      if (name === 'url') return target.url;
      if (name === 'address') return undefined;
      return () => {
        touched.push(String(name));
        throw new Error(`the bucket was asked to ${String(name)}`);
      };
    },
  });
  return { store, touched: () => touched };
}

const running: RunRecord = {
  ...{ ...EVERY_KIND_RUN, state: 'running' },
  window: { ...EVERY_KIND_RUN.window, end_ms: null },
};

/** Everything that takes a run id and a bucket. */
const DOORS: Record<string, (raw: ObjectStore, id: string) => unknown> = {
  recordKey: (_, id) => recordKey(id),
  pointsKey: (_, id) => pointsKey(id),
  ownRawPrefix: (_, id) => ownRawPrefix(id),
  partSetKey: (_, id) => partSetKey(id, 'raw/x'),
  partRowsKey: (_, id) => partRowsKey(id, 'raw/x'),
  deadLetterKey: (_, id) => deadLetterKey(id, 'raw/x'),
  readRun: (raw, runId) => readRun({ raw, runId }),
  claimRun: (raw, run_id) => claimRun({ raw, record: { ...running, run_id } }),
  abandonRun: (raw, run_id) => abandonRun({ raw, record: { ...running, run_id } }),
  completeRun: (raw, run_id) => completeRun({ raw, record: { ...EVERY_KIND_RUN, run_id } }),
  convertRun: (raw, run_id) => convertRun({ raw, record: { ...EVERY_KIND_RUN, run_id } }),
  sealRun: (raw, run_id) => sealRun({ raw, datasets: raw, record: { ...EVERY_KIND_RUN, run_id } }),
  retryRejects: (raw, run_id) => retryRejects({ raw, record: { ...EVERY_KIND_RUN, run_id } }),
  readRejects: (raw, runId) => readRejects({ raw, runId }).next(),
  readTruth: (raw, runId) => readTruth({ raw, runId }),
  putTruth: (raw, run_id) => putTruth({ raw, truth: { run_id } as RunTruth }),
  readManifest: (datasets, runId) => readManifest({ datasets, runId }),
  publishDataset: (datasets, runId) => publishDataset({ datasets, runId, to: datasets }),
  fetchDataset: (datasets, runId) => fetchDataset({ datasets, runId, to: join(tmpdir(), 'never-there') }),
};

/** Of the parser, or of the shape of a document that names a run, which is by the same rule. */
function isRefusal({ code, message }: Error & { code?: string }): boolean {
  if (code === 'RUN_ID_INVALID') return true;
  return /^(RUN_RECORD|TRUTH)_INVALID$/.test(code ?? '') && message.includes('run_id must');
}

for (const [name, door] of Object.entries(DOORS)) {
  test(`${name} refuses an id that is none before it asks a bucket for anything`, async () => {
    for (const id of hostileIds(400)) {
      const { store, touched } = untouchable();
      await assert.rejects(async () => door(store, id), isRefusal, JSON.stringify(id));
      assert.deepEqual(touched(), [], JSON.stringify(id));
    }
  });
}

test('convertForeign and pointLatest refuse it before they make anything', async (t) => {
  const source = new MemoryStore();
  await source.put('logs', Buffer.from('{}'));
  const data = await folder(t);
  for (const id of hostileIds(100)) {
    const { store: raw, touched } = untouchable();
    const foreign = convertForeign({ source, raw, runId: id as RunId, workers: 1, versions: {} });
    await assert.rejects(foreign, { code: 'RUN_ID_INVALID' }, JSON.stringify(id));
    await assert.rejects(pointLatest(data, id), { code: 'RUN_ID_INVALID' }, JSON.stringify(id));
    assert.deepEqual([touched(), await readdir(data)], [[], []]);
  }
});

test('no manifest is of a run with such an id', () => {
  for (const run_id of hostileIds(400))
    assert.ok(
      manifestProblems({ schema_version: 2, run_id }).some((problem) =>
        problem.startsWith('manifest.run_id must'),
      ),
    );
});

const COMMANDS: readonly ((id: string) => string[])[] = [
  ...['convert', 'seal', 'rejects', 'fetch'].map((name) => (id: string) => [name, '--', id]),
  (id: string) => ['publish', '--to', 'out', '--', id],
  ...['run', 'load', 'convert'].map((name) => (id: string) => [name, `--run-id=${id}`]),
];

test('every command that takes an id refuses it as wrong use, and makes no file', async (t) => {
  const place = await folder(t);
  const [before, write] = [process.cwd(), process.stderr.write];
  process.chdir(place);
  let said = '';
  process.stderr.write = ((text: string) => {
    said += text;
    return true;
  }) as typeof process.stderr.write;
  try {
    for (const id of hostileIds(60))
      for (const args of COMMANDS) {
        said = '';
        const code = await main(['node', 'faultline', ...args(id)]);
        assert.equal(code, 2, JSON.stringify(args(id)));
        assert.match(said, /run id must match/, JSON.stringify(args(id)));
      }
  } finally {
    process.chdir(before);
    process.stderr.write = write;
  }
  assert.deepEqual(await readdir(place), []);
});

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'doors-'));
  t.after(() => rm(made, { recursive: true, force: true }));
  return made;
}

/** What a key may be, said once more and otherwise. */
function isSound(key: string): boolean {
  const bytes = Buffer.from(key, 'utf8');
  if (bytes.length === 0 || bytes.length > 1024 || bytes.toString('utf8') !== key) return false;
  const names = key.split('/');
  return names.every((name) => {
    const codes = [...name].map((letter) => letter.codePointAt(0) as number);
    const odd = codes.some(
      (code) => code < 32 || code === 127 || code === 92 || code === 0xfffe || code === 0xffff,
    );
    return name !== '' && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 255 && !odd;
  });
}

test('a key that is none reaches no backend, and one that is lies where it says: nothing leaves the folder', async (t) => {
  const outer = await folder(t);
  const root = join(outer, 'bucket');
  const nobody = { endpoint: 'http://127.0.0.1:9', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };
  const stores = [openStore(root), openStore('memory:'), openStore('s3://raw', nobody)];
  let sound = 0;
  for (const key of hostileIds(600)) {
    if (isSound(key)) {
      sound++;
      const text = Buffer.from(JSON.stringify(key));
      for (const store of stores.slice(0, 2)) {
        // A name may be taken by a folder of an earlier key.
        const taken = await store.put(key, text).then(
          () => false,
          (error: { code?: string }) => error.code === 'KEY_CONFLICT',
        );
        if (!taken) assert.deepEqual(Buffer.from(await store.get(key)), text, JSON.stringify(key));
      }
      continue;
    }
    for (const store of stores) {
      const verbs = [
        () => store.get(key),
        () => store.put(key, Buffer.from('x')),
        () => store.head(key),
        () => store.delete(key),
        () => store.download(key, join(outer, 'downloaded')),
        () => store.stream(key)[Symbol.asyncIterator]().next(),
      ];
      for (const verb of verbs)
        await assert.rejects(
          async () => verb(),
          { code: 'INVALID_KEY' },
          `${store.url} ${JSON.stringify(key)}`,
        );
    }
  }
  assert.ok(sound > 20, `${sound} sound keys`);
  assert.deepEqual(await readdir(outer), ['bucket']);
  for (const prefix of ['../', '/', outer])
    for await (const { key } of openStore(root).list(prefix)) assert.fail(`${prefix} lists ${key}`);
});
