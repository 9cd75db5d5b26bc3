import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchRecord } from './bench/dataset.ts';
import { rawObjects } from './bench/telemetry.ts';
import { convertRun } from './convert.ts';
import { sealRun } from './seal/seal.ts';
import { MemoryStore } from './store/memory.ts';

const REQUESTS = 200;
const record = benchRecord(REQUESTS);

async function fill<T extends MemoryStore>(raw: T): Promise<T> {
  for (const { key, bytes } of rawObjects({
    requests: REQUESTS,
    start: record.window.start_ms,
    perObject: 50,
  }))
    await raw.put(key, bytes);
  return raw;
}

/** A store that breaks at the third read, once. */
class BreakingStore extends MemoryStore {
  reads = 0;
  override async get(key: string): Promise<Uint8Array> {
    this.reads += 1;
    if (this.reads === 3) throw new Error('the store is gone');
    return super.get(key);
  }
}

/** Keys below a prefix. */
async function keys(store: MemoryStore, prefix: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix)) found.push(key);
  return found;
}

/** Every set of parts has its rows, and no rows are without their set. */
async function assertWhole(raw: MemoryStore): Promise<void> {
  const made = await keys(raw, 'parts/');
  const names = (end: string) =>
    made.filter((key) => key.endsWith(end)).map((key) => key.slice(0, -end.length));
  assert.deepEqual(names('.rows'), names('.json'));
}

test('when a store fails one lane, the others end what they hold and take nothing more', async () => {
  const raw = await fill(new BreakingStore());
  const total = (await keys(raw, 'raw/')).length;
  await assert.rejects(convertRun({ raw, record }), /the store is gone/);
  const { reads } = raw;
  const made = (await keys(raw, 'parts/')).length;
  assert.ok(total > 9 && reads <= 6, `${reads} of ${total} objects read`);
  await assertWhole(raw);
  // Nobody goes on behind the caller's back.
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([raw.reads, (await keys(raw, 'parts/')).length], [reads, made]);
  await convertRun({ raw, record });
  await sealRun({ raw, datasets: new MemoryStore(), record });
});

test('stopped by its caller it leaves whole part sets, and goes on from there', async () => {
  const raw = await fill(new MemoryStore());
  const stop = new AbortController();
  const stopped = convertRun({
    raw,
    record,
    signal: stop.signal,
    onProgress: ({ objects }) => objects === 2 && stop.abort(),
  });
  await assert.rejects(stopped, { code: 'CANCELLED' });
  assert.ok((await keys(raw, 'parts/')).length >= 4);
  await assertWhole(raw);
  await convertRun({ raw, record });
  const { ledger } = await sealRun({ raw, datasets: new MemoryStore(), record });
  assert.equal(ledger.raw_objects, (await keys(raw, 'raw/')).length);
});
