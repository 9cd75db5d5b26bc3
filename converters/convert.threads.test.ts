import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { benchRecord, putRaw } from './bench/dataset.ts';
import { convertRun } from './convert.ts';
import { checksumsBelow } from './store/contents.test-world.ts';
import { openStore } from './store/open.ts';
import type { ObjectStore } from './store/store.ts';

const REQUESTS = 2_000;
const record = benchRecord(REQUESTS);

async function filled(t: TestContext): Promise<ObjectStore> {
  const dir = await mkdtemp(join(tmpdir(), 'threads-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  await putRaw({ dir, requests: REQUESTS });
  return openStore(join(dir, 'raw'));
}

test('three threads make the same bytes as one, and count the same', async (t) => {
  const [one, three] = [await filled(t), await filled(t)];
  const told: number[] = [];
  const { validated: once, ...alone } = await convertRun({ raw: one, record });
  const { validated: often, ...shared } = await convertRun({
    ...{ raw: three, record, workers: 3 },
    onProgress: ({ objects }) => told.push(objects),
  });
  assert.deepEqual(shared, alone);
  // Each thread validates a shape for itself.
  assert.ok(shared.objects >= 12 && once > 0 && often >= once && often <= 3 * once, `${once}, ${often}`);
  assert.deepEqual(
    told,
    Array.from({ length: shared.objects }, (_, i) => i + 1),
  );
  const parts = await checksumsBelow(one, 'parts/');
  assert.ok(parts.size === 2 * shared.objects, `${parts.size} objects below parts/`);
  assert.deepEqual(await checksumsBelow(three, 'parts/'), parts);
});

test('what a thread throws keeps its code and its cause, and ends them all', async (t) => {
  const raw = await filled(t);
  // A file where parts need a folder.
  await raw.put('parts', Buffer.from('in the way'));
  await assert.rejects(convertRun({ raw, record, workers: 2 }), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'KEY_CONFLICT');
    assert.match(error.message, /cannot hold an object and a folder of the same name/);
    assert.ok(error.cause instanceof Error);
    return true;
  });
});

test('stopped by its caller, threads leave whole part sets', async (t) => {
  const raw = await filled(t);
  const stop = new AbortController();
  const stopped = convertRun({
    ...{ raw, record, workers: 2, signal: stop.signal },
    onProgress: ({ objects }) => objects === 2 && stop.abort(),
  });
  await assert.rejects(stopped, { code: 'CANCELLED' });
  const made = [...(await checksumsBelow(raw, 'parts/')).keys()];
  const names = (end: string) =>
    made.filter((key) => key.endsWith(end)).map((key) => key.slice(0, -end.length));
  assert.ok(made.length >= 4);
  assert.deepEqual(names('.rows'), names('.json'));
});
