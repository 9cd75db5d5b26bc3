import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeDataset, publish } from './dataset.test-world.ts';
import { fetchDataset } from './fetch.ts';
import { listDatasets } from './list.ts';
import { parseManifest } from './manifest.ts';
import { verifyDataset } from './verify.ts';

test('a dataset of schema version 1 is listed, fetched and verified; one of a version to come is not', async (t) => {
  const { folder, dataset, close } = await makeDataset();
  t.after(close);
  const file = join(dataset, 'manifest.json');
  const { scaled: _, forced: __, ...rest } = JSON.parse(await readFile(file, 'utf8'));
  const bytes = Buffer.from(JSON.stringify({ ...rest, schema_version: 1 }));
  await writeFile(file, bytes);
  const datasets = await publish({ dataset });

  const [entry] = await listDatasets({ datasets });
  assert.ok(entry && 'rows' in entry, JSON.stringify(entry));
  assert.deepEqual([entry.rows, entry.forced], [120, []]);
  const to = join(folder, 'copy');
  await fetchDataset({ datasets, runId: 'run-1', to, labels: true });
  assert.deepEqual(await readFile(join(to, 'manifest.json')), bytes);
  const report = await verifyDataset({ directory: to, datasets });
  assert.deepEqual([report.findings, report.forced], [[], []]);
  assert.equal(report.manifest_compared_with, datasets.url);

  const later = Buffer.from(JSON.stringify({ ...rest, schema_version: 3 }));
  assert.throws(() => parseManifest({ bytes: later, where: 'here' }), {
    code: 'MANIFEST_INVALID',
    message: /of schema version 1 or 2: .*schema_version must be one of 2, got 3.*Seal the run again/,
  });
});
