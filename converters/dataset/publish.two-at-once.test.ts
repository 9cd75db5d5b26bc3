import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { MemoryStore } from '../store/memory.ts';
import { openStore } from '../store/open.ts';
import type { ObjectBody, PutOptions } from '../store/store.ts';
import { makeDataset, sha256 } from './dataset.test-world.ts';
import { readManifest } from './manifest.ts';
import { publishDataset } from './publish.ts';

const runId = 'run-1';
const CLAIM = `${runId}/publishing.json`;
const MANIFEST = `${runId}/manifest.json`;

interface Held {
  /** The call has come. */
  readonly asked: Promise<void>;
  readonly release: () => void;
}

/** A bucket that holds the first call of a name, `put <key>` or `get <key>`, until it is released. */
class HoldingStore extends MemoryStore {
  readonly #held = new Map<string, () => Promise<void>>();

  hold(call: string): Held {
    let [ask, release] = [() => {}, () => {}];
    const asked = new Promise<void>((resolve) => {
      ask = resolve;
    });
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#held.set(call, async () => {
      this.#held.delete(call);
      ask();
      await gate;
    });
    return { asked, release };
  }

  override async put(key: string, body: ObjectBody, options?: PutOptions): Promise<void> {
    await this.#held.get(`put ${key}`)?.();
    await super.put(key, body, options);
  }

  override async get(key: string): Promise<Uint8Array> {
    await this.#held.get(`get ${key}`)?.();
    return await super.get(key);
  }
}

/** Two datasets of one run id, and where both are to go. */
async function world(t: TestContext) {
  const [first, late] = [
    await makeDataset(),
    await makeDataset({
      rows: ({ rows }) => void rows.logs?.pop(),
      manifest: ({ manifest }) => void Object.assign(manifest, { seed: 8 }),
    }),
  ];
  t.after(first.close);
  t.after(late.close);
  return { first: openStore(first.folder), late: openStore(late.folder), to: new HoldingStore() };
}

/** Its manifest is the one of `first`, each file has its checksum, and nothing else lies there. */
async function needWhole(to: MemoryStore): Promise<void> {
  const { manifest } = await readManifest({ datasets: to, runId });
  assert.equal(manifest.seed, 7);
  for (const { path, sha256: named } of manifest.files)
    assert.equal(sha256(await to.get(`${runId}/${path}`)), named, path);
  const keys: string[] = [];
  for await (const { key } of to.list('')) keys.push(key);
  assert.deepEqual(keys.sort(), [MANIFEST, ...manifest.files.map(({ path }) => `${runId}/${path}`)].sort());
}

test('who claims the place when another dataset was published since it looked puts no file there', async (t) => {
  const { first, late, to } = await world(t);
  const claim = to.hold(`put ${CLAIM}`);
  const second = publishDataset({ datasets: late, runId, to });
  await claim.asked; // it has looked for a manifest, and found none
  await publishDataset({ datasets: first, runId, to });
  claim.release();
  await assert.rejects(second, { code: 'DATASET_DIFFERS' });
  await needWhole(to);
});

test('who finds a claim that is gone when it looks whose it is puts no file there', async (t) => {
  const { first, late, to } = await world(t);
  const [manifest, claim] = [to.hold(`put ${MANIFEST}`), to.hold(`get ${CLAIM}`)];
  const published = publishDataset({ datasets: first, runId, to });
  await manifest.asked;
  const second = publishDataset({ datasets: late, runId, to });
  await claim.asked; // refused, since there is one
  manifest.release();
  await published;
  claim.release();
  await assert.rejects(second, { code: 'DATASET_DIFFERS' });
  await needWhole(to);
});

test('of two that publish the same at once both succeed, and no claim is left', async (t) => {
  const { first, to } = await world(t);
  const claim = to.hold(`put ${CLAIM}`);
  const second = publishDataset({ datasets: first, runId, to });
  await claim.asked;
  await publishDataset({ datasets: first, runId, to });
  claim.release();
  const { files, kept } = await second;
  assert.equal(kept, files - 1);
  await needWhole(to);
});

test('a claim that a kill left behind the manifest goes with the next publish', async (t) => {
  const { first, to } = await world(t);
  await publishDataset({ datasets: first, runId, to });
  await to.put(CLAIM, await to.get(MANIFEST));
  await publishDataset({ datasets: first, runId, to });
  await needWhole(to);
});
