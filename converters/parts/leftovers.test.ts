import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { checksumsBelow } from '../store/contents.test-world.ts';
import { MemoryStore } from '../store/memory.ts';

test('converting again removes what no part set names any more, also what older versions put, and nothing else', async () => {
  const record = benchRecord(20);
  const raw = new MemoryStore();
  for (const { key, bytes } of rawObjects({ requests: 20, start: record.window.start_ms }))
    await raw.put(key, bytes);
  await convertRun({ raw, record });
  const made = await checksumsBelow(raw);
  for (const left of [
    'parts/bench/raw.gone%2Ebinpb%2Egz.rows',
    'parts/bench/raw.old%2Ebinpb%2Egz.arrow.zst',
    'dead-letter/bench/raw.gone%2Ebinpb%2Egz.ndjson',
  ])
    await raw.put(left, Buffer.from('left'));
  const others = ['parts/other/raw.gone%2Ebinpb%2Egz.rows', 'parts/bench/notes.txt'];
  for (const other of others) await raw.put(other, Buffer.from('of another run, of somebody'));
  await convertRun({ raw, record });
  const now = await checksumsBelow(raw);
  for (const other of others) assert.ok(now.delete(other), other);
  assert.deepEqual(now, made);
});
