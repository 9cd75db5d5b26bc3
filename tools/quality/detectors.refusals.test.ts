import assert from 'node:assert/strict';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readDetectors } from '../../converters/judge/detectors.ts';
import { runCommand } from '../programs/command.ts';
import { temporaryFolder } from '../programs/fixtures/world.ts';
import { testPython } from '../python/fixtures/python.ts';
import { DETECTOR_PACKAGES, runDetectors } from './detectors.ts';
import { emptyDataset, testDatasets } from './fixtures/datasets.ts';

const door = fileURLToPath(new URL('quality.ts', import.meta.url));
const quality = (...args: string[]) =>
  runCommand({ file: process.execPath, args: ['--import', 'tsx', door, ...args] });

async function labelled(dataset: string): Promise<string> {
  await mkdir(join(dataset, 'labels'));
  await writeFile(join(dataset, 'labels', 'windows.parquet'), '');
  return dataset;
}

test('what is no dataset, or not a whole one, is refused before Python is looked for', async (t) => {
  const dataset = await emptyDataset(t);
  await assert.rejects(runDetectors({ dir: join(dataset, 'none') }), {
    code: 'DATASET_MISSING',
    message: /dataset\/none is none: "npx faultline ls"/,
  });
  await assert.rejects(runDetectors({ dir: await temporaryFolder(t) }), { code: 'DATASET_MISSING' });
  await assert.rejects(runDetectors({ dir: dataset }), {
    code: 'LABELS_MISSING',
    message: /"npx faultline fetch <run-id> --labels" brings it/,
  });
  await rm(join(dataset, 'ocsf_metrics.parquet'));
  await assert.rejects(runDetectors({ dir: dataset }), {
    code: 'DATASET_INCOMPLETE',
    message: /lacks ocsf_metrics\.parquet/,
  });
});

test('without the environment a run gets null, and who asks for it is told what to install', async (t) => {
  const dir = await labelled(await emptyDataset(t));
  const env = { PATH: await temporaryFolder(t), FAULTLINE_CACHE: await temporaryFolder(t) };
  assert.equal(await runDetectors({ dir, env }), null);
  assert.equal(
    await runDetectors({ dir, env: { ...process.env, FAULTLINE_CACHE: env.FAULTLINE_CACHE } }),
    null,
  );
  await assert.rejects(runDetectors({ dir, env, build: true }), {
    code: 'PYTHON_MISSING',
    message:
      /^the detectors of "npm run quality" need python3 >= 3\.11\.0(?:.|\n)*apt-get install python3-venv/,
  });
});

test('a damaged file ends with what Python said of it', async (t) => {
  if (!(await testPython(t, DETECTOR_PACKAGES))) return;
  const dir = await labelled(await emptyDataset(t));
  await assert.rejects(runDetectors({ dir, build: true }), {
    code: 'DETECTORS_FAILED',
    message: /Parquet/,
  });
});

test('the door keeps the report with the dataset', async (t) => {
  const folder = await testDatasets(t);
  if (!folder) return;
  const short = join(folder, 'short');
  const asked = await quality(short, '--json');
  assert.equal(asked.code, 0, asked.stderr);
  assert.deepEqual(await readDetectors(short), JSON.parse(asked.stdout));
  assert.match(asked.stderr, /kept in .*short\/report\/detectors\.json/);
});

test('the door says what to do, with exit code 1, or 2 for wrong use', async (t) => {
  const missing = await quality(join(await temporaryFolder(t), 'none'));
  assert.deepEqual([missing.code, missing.stdout], [1, '']);
  assert.match(missing.stderr, /^error: a dataset folder is needed, and .*none is none: "npx faultline ls"/);
  assert.equal((await quality('--loud')).code, 2);
  assert.match((await quality('--help')).stdout, /data\/latest/);
});
