import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { leakSearch } from './leak-search.ts';

test('a thread finds what this one finds, and the failure of either is the caller’s', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'leaks-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const data = [
    'calm',
    'the chaos begins',
    ...Array.from({ length: 50 }, (_, i) => `request ${i}`),
    'chaos again',
  ];
  const columnData = [{ name: 'message', data, type: 'STRING' as const }];
  await writeFile(join(dir, 'ocsf_logs.parquet'), Buffer.from(parquetWriteBuffer({ columnData })));
  const search = { dir, words: ['chaos'] };
  await using here = await leakSearch(search);
  await using beside = await leakSearch(search, { worthAThread: 0 });
  const found = await here.found;
  assert.equal(found.count, 2);
  assert.deepEqual(await beside.found, found);

  await writeFile(join(dir, 'ocsf_traces.parquet'), 'no Parquet');
  await using broken = await leakSearch(search, { worthAThread: 0 });
  await assert.rejects(broken.found, /footer != PAR1/);
});

test('given up, the search in a thread ends', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'leaks-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const columnData = [{ name: 'message', data: ['calm'], type: 'STRING' as const }];
  await writeFile(join(dir, 'ocsf_logs.parquet'), Buffer.from(parquetWriteBuffer({ columnData })));
  const search = await leakSearch({ dir, words: ['chaos'] }, { worthAThread: 0 });
  await search[Symbol.asyncDispose]();
  await assert.rejects(search.found);
});
