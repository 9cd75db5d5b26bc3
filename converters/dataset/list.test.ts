import assert from 'node:assert/strict';
import { test } from 'node:test';
import { END_MS, makeDataset, publish, START_MS } from './dataset.test-world.ts';
import { listDatasets } from './list.ts';

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
  });
  assert.ok(bytes > 1000);
  assert.deepEqual(third, { run_id: 'run-3', problem: 'not sealed: there is no manifest.json' });
});
