import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convertRun } from './convert.ts';
import { convertForeign } from './convert-foreign.ts';
import { convertAsOlder, convertedByOlder, objects, record, without } from './older-converter.test-world.ts';
import { convertObject, workbench } from './parts/convert-object.ts';
import { readRejects } from './parts/rejects.ts';
import { retryRejects } from './retry-rejects.ts';
import { parseRunId } from './run/run-id.ts';
import { sealRun } from './seal/seal.ts';
import { checksumsBelow } from './store/contents.test-world.ts';
import { MemoryStore } from './store/memory.ts';
import type { ObjectBody, ObjectStore, PutOptions } from './store/store.ts';

async function sealedSums(raw: ObjectStore, of = record): Promise<string[]> {
  const { files } = await sealRun({ raw, datasets: new MemoryStore(), record: of });
  return files.map(({ path, sha256 }) => `${sha256}  ${path}`);
}

/** What the present converter makes of the same objects. */
async function fresh(): Promise<MemoryStore> {
  const raw = new MemoryStore();
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  await convertRun({ raw, record });
  return raw;
}

async function letters(raw: ObjectStore): Promise<number> {
  let count = 0;
  for await (const _ of readRejects({ raw, runId: record.run_id })) count++;
  return count;
}

/** Counts what it is told to put or delete, and breaks before one of these. */
class Breaking extends MemoryStore {
  changes: string[] = [];
  breakAt = Number.POSITIVE_INFINITY;
  override async put(key: string, body: ObjectBody, options?: PutOptions): Promise<void> {
    this.#change(key);
    await super.put(key, body, options);
  }
  override async delete(key: string): Promise<void> {
    this.#change(key);
    await super.delete(key);
  }
  #change(key: string): void {
    if (this.changes.length >= this.breakAt) throw new Error('the store is gone');
    this.changes.push(key);
  }
}

test('what is taken now are rows, no letter is left, and all is as if it had been converted today', async () => {
  const raw = await convertedByOlder(new Breaking());
  const refused = await letters(raw);
  assert.ok(refused > 0);
  const untouched = (await checksumsBelow(raw, 'parts/bench/')).size;
  raw.changes = [];
  const report = await retryRejects({ raw, record });
  assert.deepEqual([report.before.rejected, report.after.rejected, report.reasons], [refused, 0, {}]);
  assert.equal(report.after.rows, report.before.rows + refused);
  const today = await fresh();
  assert.deepEqual(await checksumsBelow(raw), await checksumsBelow(today));
  assert.deepEqual(await sealedSums(raw), await sealedSums(today));
  // Only traces have what was refused.
  assert.ok(untouched > raw.changes.length && raw.changes.every((key) => key.includes('traces_')));
  assert.deepEqual(await retryRejects({ raw, record }), {
    ...{ objects: 0, reasons: {} },
    before: { rows: 0, rejected: 0, outside_window: 0 },
    after: { rows: 0, rejected: 0, outside_window: 0 },
  });
});

test('what is refused still is told with its reasons, and its letters are the same', async () => {
  const raw = await convertedByOlder(new MemoryStore());
  const broken = objects.find(({ signal }) => signal === 'logs')?.key as string;
  const cut = broken.replace('logs_', 'logs_cut');
  await raw.put(cut, (await raw.get(broken)).subarray(0, 99));
  const bench = workbench(without(''));
  await convertObject({ raw, source: raw, record, key: cut, atBench: (work) => work(bench) });
  const before = await checksumsBelow(raw, 'dead-letter/bench/');
  const report = await retryRejects({ raw, record });
  assert.deepEqual([report.after.rejected, report.reasons], [1, { not_gzip: 1 }]);
  const left = await checksumsBelow(raw, 'dead-letter/bench/');
  assert.deepEqual(
    [...left],
    [...before].filter(([key]) => key.includes('logs_cut')),
  );
});

test('broken off before any of its changes and done again, it ends in the same, and nothing wrong is sealed meanwhile', async () => {
  const old = await sealedSums(await convertedByOlder(new MemoryStore()));
  const today = await fresh();
  const [wanted, sums] = [await checksumsBelow(today), await sealedSums(today)];
  const whole = await convertedByOlder(new Breaking());
  whole.changes = [];
  await retryRejects({ raw: whole, record });
  const seen = { refused: 0, sealed: 0 };
  for (let at = 0; at < whole.changes.length; at++) {
    const raw = await convertedByOlder(new Breaking());
    raw.changes = [];
    raw.breakAt = at;
    await assert.rejects(retryRejects({ raw, record }), /the store is gone/);
    const sealed = await sealedSums(raw).catch((error: { code?: string }) => error.code);
    if (typeof sealed === 'string' || sealed === undefined) {
      assert.equal(sealed, 'PART_INVALID');
      seen.refused++;
    } else {
      // Objects that are done are as today, the others as they were: the rows of a dataset between the two.
      seen.sealed++;
      assert.equal(sealed.length, old.length);
    }
    raw.breakAt = Number.POSITIVE_INFINITY;
    await retryRejects({ raw, record });
    assert.deepEqual(await checksumsBelow(raw), wanted, `broken before change ${at}`);
    assert.deepEqual(await sealedSums(raw), sums);
  }
  assert.ok(seen.refused > 0 && seen.sealed > 0, JSON.stringify(seen));
});

test('the whole run converted again leaves no letter of what is taken now either', async () => {
  const raw = await convertedByOlder(new MemoryStore());
  await convertRun({ raw, record });
  assert.deepEqual(await checksumsBelow(raw), await checksumsBelow(await fresh()));
});

test('telemetry of others is read where it lies, and an object that is another one now is refused', async () => {
  const source = new MemoryStore();
  for (const [i, { bytes }] of objects.entries()) await source.put(`some/${i}`, bytes);
  const raw = new MemoryStore();
  const runId = parseRunId('bench');
  const { record: foreign } = await convertForeign({ source, raw, runId, workers: 1, versions: {} });
  const wanted = await sealedSums(raw, foreign);
  await convertAsOlder({ raw, source, prefix: '', of: foreign });
  assert.notDeepEqual(await sealedSums(raw, foreign), wanted);
  const changed = objects.findIndex(({ signal }) => signal === 'traces');
  const bytes = objects[changed]?.bytes as Uint8Array;
  await source.put(`some/${changed}`, bytes.subarray(0, -1));
  const kept = await checksumsBelow(raw);
  await assert.rejects(retryRejects({ raw, source, record: foreign }), {
    code: 'SOURCE_CHANGED',
    message: /some\/\d+ had SHA-256 \w+, has \w+.*restore it/,
  });
  assert.deepEqual(
    [...(await checksumsBelow(raw))].filter(([key]) => key.includes(`some.${changed}`)),
    [...[...kept].filter(([key]) => key.includes(`some.${changed}`))],
  );
  await source.put(`some/${changed}`, bytes);
  const report = await retryRejects({ raw, source, record: foreign });
  assert.equal(report.after.rejected, 0);
  assert.deepEqual(await sealedSums(raw, foreign), wanted);
});

test('a run that was not converted is told to be', async () => {
  const raw = await convertedByOlder(new MemoryStore());
  for await (const { key } of raw.list('parts/')) if (key.endsWith('.json')) await raw.delete(key);
  await assert.rejects(retryRejects({ raw, record }), {
    code: 'PART_MISSING',
    message: /convert the run again/,
  });
});
