import assert from 'node:assert/strict';
import { test } from 'node:test';
import { END_MS, makeDataset, publish, START_MS, sha256 } from './dataset.test-world.ts';
import { listDatasets } from './list.ts';
import { formatManifest, readManifest } from './manifest.ts';
import { stagedKey } from './staged.ts';

test('one that cannot be read hides no other', async (t) => {
  const { dataset, close } = await makeDataset({ runId: 'run-2' });
  t.after(close);
  const datasets = await publish({ dataset, runId: 'run-2' });
  await datasets.put('run-1/manifest.json', Buffer.from('{"schema_version":1'));
  await datasets.put('run-3/ocsf_logs.parquet', Buffer.from('half'));
  await datasets.put('No Run/manifest.json', Buffer.from('{}'));
  await datasets.put('stray.txt', Buffer.from('x'));
  const [odd, first, second, third, ...rest] = await listDatasets({ datasets });
  assert.deepEqual(rest, []);
  assert.ok(
    odd && 'problem' in odd && odd.run_id === 'No Run' && odd.problem.startsWith('run id must match'),
  );
  assert.ok(first && 'problem' in first && /manifest must be JSON/.test(first.problem));
  assert.ok(second && !('problem' in second));
  const { bytes, ...facts } = second;
  assert.deepEqual(facts, {
    run_id: 'run-2',
    seed: 7,
    target: 'embedded',
    window: { start_ms: START_MS, end_ms: END_MS },
    rows: 120,
    forced: [],
    campaign: null,
    quality: null,
  });
  assert.ok(bytes > 1000);
  assert.deepEqual(third, { run_id: 'run-3', problem: 'not sealed: there is no manifest.json' });
});

test('what the judge said of a dataset is in the list; a report that is damaged hides nothing', async (t) => {
  const { dataset, close } = await makeDataset({ runId: 'run-2' });
  t.after(close);
  const datasets = await publish({ dataset, runId: 'run-2' });
  const check = (name: string, gate: boolean, ok: boolean | null) => ({ name, gate, ok });
  const checks = [check('rows', true, true), check('spans', false, false), check('leaks', false, null)];
  const report = { campaign: 'quick', sound: true, checks };
  const judged = async (text: string) => {
    await datasets.put('run-2/report/quality.json', Buffer.from(text));
    const [entry] = await listDatasets({ datasets });
    assert.ok(entry && !('problem' in entry));
    return [entry.campaign, entry.quality];
  };
  assert.deepEqual(await judged(JSON.stringify(report)), ['quick', { sound: true, short: ['spans'] }]);
  assert.deepEqual(await judged('{"campaign":'), [null, null]);
  assert.deepEqual(await judged('{}'), [null, { sound: false, short: [] }]);
});

test('what the judge said is known also where sealing was killed before it had its name', async (t) => {
  const { dataset, close } = await makeDataset({ runId: 'run-2' });
  t.after(close);
  const datasets = await publish({ dataset, runId: 'run-2' });
  const bytes = Buffer.from('{"campaign":"quick","sound":true,"checks":[]}');
  const { manifest } = await readManifest({ datasets, runId: 'run-2' });
  const file = { path: 'report/quality.json', bytes: bytes.length, sha256: sha256(bytes) };
  const named = formatManifest({ ...manifest, files: [...manifest.files, file] });
  await datasets.put('run-2/manifest.json', Buffer.from(named));
  await datasets.put(stagedKey('run-2', file.sha256), bytes);
  const [entry] = await listDatasets({ datasets });
  assert.ok(entry && !('problem' in entry));
  assert.deepEqual([entry.campaign, entry.quality], ['quick', { sound: true, short: [] }]);
});
