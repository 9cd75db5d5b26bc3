import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { carded, labelling, RUN, SPLITS } from '../../converters/card/carded.test-world.ts';
import { recordSetId } from '../../converters/card/record-sets.ts';
import { runCommand } from '../programs/command.ts';
import { testPython } from '../python/fixtures/python.ts';
import type { PythonPackages } from '../python/resolve.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const PACKAGES: PythonPackages = {
  requirements: here('requirements.txt'),
  needs: 'the tests that read croissant.json with mlcroissant need',
};

interface Report {
  errors: string[];
  warnings: string[];
  record_sets: Record<string, { records: number; first: Record<string, unknown> }>;
}

async function read(python: string, file: string): Promise<Report & { code: number | null }> {
  const { code, stdout, stderr } = await runCommand({
    file: python,
    args: [here('read_croissant.py'), file],
  });
  assert.ok(stdout, stderr);
  return { code, ...(JSON.parse(stdout) as Report) };
}

test('mlcroissant, the official validator, accepts it without a warning, and loads every record of every file', async (t) => {
  const python = await testPython(t, PACKAGES);
  if (!python) return;
  const { dir, manifest } = await carded(t, { judge: labelling });
  const { code, errors, warnings, record_sets } = await read(python, join(dir, 'croissant.json'));
  assert.deepEqual([code, errors, warnings], [0, [], []]);
  const rows = manifest.files.flatMap(({ path, rows }) =>
    rows === undefined ? [] : [[recordSetId(path), rows]],
  );
  assert.deepEqual(
    Object.fromEntries(Object.entries(record_sets).map(([id, { records }]) => [id, records])),
    { ...Object.fromEntries(rows), splits: 3 },
  );
  const { logs, http_activity: nested, labels_windows: windows, splits } = record_sets;
  assert.equal(typeof logs?.first.time, 'number');
  assert.equal(typeof nested?.first['metadata.product.name'], 'string');
  assert.ok(Array.isArray(nested?.first['metadata.profiles']));
  assert.equal(splits?.first.end_ms, SPLITS.splits.train.end_ms);
  assert.equal(windows?.first.scenario, '05-slow-query');

  const broken = join(dir, 'broken.json');
  const text = await readFile(join(dir, 'croissant.json'), 'utf8');
  await writeFile(broken, text.replace('"column": "event_uid"', '"colum": "event_uid"'));
  const refused = await read(python, broken);
  assert.equal(refused.code, 1);
  assert.ok(refused.errors.length > 0);
});

test('files by day are record sets of their own; of telemetry that was not made here the validator misses a licence, and no more', async (t) => {
  const python = await testPython(t, PACKAGES);
  if (!python) return;
  const record: typeof RUN = { ...RUN, target: 'foreign', traffic: null };
  const { dir } = await carded(t, { record, partition: 'eventDay' });
  const { code, errors, warnings, record_sets } = await read(python, join(dir, 'croissant.json'));
  assert.deepEqual([code, errors], [0, []]);
  assert.equal(record_sets.base_event_eventDay_20261124?.first['metadata.version'], '1.8.0');
  assert.ok(warnings.length === 1 && /license/.test(warnings[0] ?? ''), warnings.join());
});
