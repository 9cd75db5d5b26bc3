import assert from 'node:assert/strict';
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { convertRun } from '../../converters/convert.ts';
import { madePartSet } from '../../converters/parts/made.ts';
import { rawKeys } from '../../converters/read/raw-keys.ts';
import { readRun } from '../../converters/run/runs.ts';
import { checksumsBelow } from '../../converters/store/contents.test-world.ts';
import { openStore } from '../../converters/store/open.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import { makeFolder, start } from './testing/command.ts';
import { startWorker } from './testing/worker.ts';

const TOKEN = 'a-worker-beside-a-run';

test('a worker converts a run while it goes on, to the bytes that are made of it afterwards', {
  timeout: 600_000,
}, async (t) => {
  const folder = await makeFolder(t);
  const worker = await startWorker(t, { folder, token: TOKEN, args: ['--workers', '1'] });
  const traffic = ['--duration', '10s', '--seed', '7', '--runner', 'node', '--force'];
  const run = await start({
    folder,
    args: ['run', '--json', '--run-id', 'notified', ...traffic],
    env: { FAULTLINE_EVENT_WEBHOOK_URL: `${worker.url}/${TOKEN}` },
  }).ended;
  const counts = await worker.end();
  assert.ok(run.code === 0 || run.code === 3, run.stderr);
  t.diagnostic(JSON.stringify(counts));
  assert.equal(counts.failed + counts.no_run + counts.gone + counts.refused, 0);

  const raw = openStore(join(folder, '.faultline/s3/raw'));
  const record = await readRun({ raw, runId: 'notified' });
  const keys: string[] = [];
  for await (const key of rawKeys({ raw, record })) keys.push(key);
  assert.ok(keys.length > 10);
  // The window opens later than the run: more may be notified than belongs to it at last.
  assert.ok(counts.converted + counts.known >= keys.length, 'each was notified');
  for (const key of keys) assert.ok(await madePartSet({ raw, record, key }), key);

  const copy = join(folder, 'copy');
  cpSync(join(folder, '.faultline/s3/raw'), copy, { recursive: true });
  rmSync(join(copy, 'parts'), { recursive: true });
  const afresh = openStore(copy);
  const report = await convertRun({ raw: afresh, record });
  assert.equal(report.objects, keys.length);
  const made = await rowsBelow(raw);
  // Rows that were made while the run went on, and of which none is left, stay behind: no part set counts them.
  for (const [key, sha256] of await rowsBelow(afresh)) assert.equal(made.get(key), sha256, key);
  for (const key of keys) {
    const [one, other] = [
      await madePartSet({ raw, record, key }),
      await madePartSet({ raw: afresh, record, key }),
    ];
    assert.deepEqual({ ...one, window: null }, { ...other, window: null });
  }
});

/** Checksums of the rows of all parts. */
async function rowsBelow(raw: ObjectStore): Promise<Map<string, string>> {
  const all = await checksumsBelow(raw, 'parts/');
  return new Map([...all].filter(([key]) => !key.endsWith('.json')));
}
