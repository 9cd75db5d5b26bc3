import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { openStore } from '../store/open.ts';
import { DatasetWriter } from '../write/dataset-writer.ts';
import { makeDataset, publish } from './dataset.test-world.ts';
import type { Manifest } from './manifest.ts';
import { verifyDataset } from './verify.ts';
import { verifyManifest } from './verify-manifest.ts';

type Edit = (manifest: Record<string, unknown>) => void;

/** A dataset whose manifest was edited after it was published. */
async function edited(t: TestContext, edit: Edit) {
  const { dataset, close } = await makeDataset();
  t.after(close);
  const datasets = await publish({ dataset });
  const path = join(dataset, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8'));
  edit(manifest);
  await writeFile(path, JSON.stringify(manifest));
  return { dataset, datasets };
}

const edits: Record<string, [edit: Edit, says: RegExp]> = {
  seed: [(m) => Object.assign(m, { seed: 8 }), /seed must be what run-1\/manifest\.json .* says, 7, got 8/],
  target: [(m) => Object.assign(m, { target: 'docker' }), /target must be .* "embedded", got "docker"/],
  versions: [(m) => Object.assign(m, { versions: {} }), /versions must be .*"0\.1\.0".* got \{\}/],
};
for (const [field, [edit, says]] of Object.entries(edits)) {
  test(`an edited ${field} is found by the manifest in the bucket`, async (t) => {
    const { dataset, datasets } = await edited(t, edit);
    const report = await verifyDataset({ directory: dataset, datasets });
    assert.deepEqual(
      report.findings.map(({ code }) => code),
      ['MANIFEST_INVALID'],
    );
    assert.match(report.findings[0]?.problem ?? '', says);
    assert.equal(report.manifest_compared_with, datasets.url);
  });
}

test('a manifest that is written in another way says the same', async (t) => {
  const { dataset, datasets } = await edited(t, () => {});
  const { findings } = await verifyDataset({ directory: dataset, datasets });
  assert.deepEqual(findings, []);
});

test('a bucket without the dataset is told, and is no finding', async (t) => {
  const { dataset } = await edited(t, () => {});
  const report = await verifyDataset({ directory: dataset, datasets: openStore('memory:') });
  assert.deepEqual([report.findings, report.manifest_compared_with], [[], null]);
});

test('run id and OCSF version must be those in the metadata of the Parquet files', async (t) => {
  const { folder, close } = await makeDataset();
  t.after(close);
  const writer = new DatasetWriter({ dir: folder, runId: 'run-1' });
  await writer.close();
  const manifest = { run_id: 'run-2', ocsf_version: '1.8.0' } as Manifest;
  const whole = new Map([['ocsf_logs.parquet', undefined]]);
  const findings = await verifyManifest({ directory: folder, manifest, whole });
  assert.deepEqual(findings.length, 1);
  assert.match(
    findings[0]?.problem ?? '',
    /run_id must be what ocsf_logs\.parquet says, "run-1", got "run-2"/,
  );
});

test('what the report of the judge says too must be the same', async (t) => {
  const { dataset, close } = await makeDataset();
  t.after(close);
  const manifest: Manifest = JSON.parse(await readFile(join(dataset, 'manifest.json'), 'utf8'));
  const { start_ms, end_ms } = manifest.window;
  const quality = { schema_version: 2, run_id: 'run-1', window: { start_ms, end_ms: end_ms - 1 }, kinds: [] };
  const directory = join(dataset, 'report');
  await mkdir(directory);
  await writeFile(join(directory, 'quality.json'), JSON.stringify(quality));
  const whole = new Map([['report/quality.json', undefined]]);
  const findings = await verifyManifest({ directory: dataset, manifest, whole });
  assert.deepEqual(findings.length, 1);
  assert.match(findings[0]?.problem ?? '', /window must be what report\/quality\.json says/);

  // A gate that failed, and a manifest that does not say so.
  const checks = [
    { name: 'leaks', gate: true, ok: false },
    { name: 'unanswered', gate: false, ok: false },
    { name: 'rows', gate: true, ok: true },
  ];
  const { run_id, window } = manifest;
  await writeFile(join(directory, 'quality.json'), JSON.stringify({ run_id, window, checks }));
  const hidden = await verifyManifest({ directory: dataset, manifest, whole });
  assert.match(hidden[0]?.problem ?? '', /forced must be what .* says, \["leaks"\], got \[\]/);
  const told = { ...manifest, forced: ['leaks'] };
  assert.deepEqual(await verifyManifest({ directory: dataset, manifest: told, whole }), []);
});
