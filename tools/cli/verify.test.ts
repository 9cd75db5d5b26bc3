import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeDataset } from '../../converters/dataset/dataset.test-world.ts';
import { faultline, makeFolder } from './testing/command.ts';

test('verify --quick has a dash where it did not look at each event, and calls nothing valid', async (t) => {
  const [folder, { dataset, close }] = [await makeFolder(t), await makeDataset()];
  t.after(close);
  const { code, stdout, stderr } = await faultline(folder, 'verify', dataset, '--quick');
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    [...stdout.matchAll(/^([✔–✖]) \w+/gm)].map(([, mark]) => mark),
    ['✔', '✔', '–', '✔', '–', '✔', '✔'],
  );
  assert.match(stdout, /^✔ whole, not all looked at \(schema, joins\): 12 files, 120 rows$/m);
  const report = JSON.parse((await faultline(folder, 'verify', dataset, '--quick', '--json')).stdout);
  assert.deepEqual(
    report.checks.map(({ ok }: { ok: boolean | null }) => ok),
    [true, true, null, true, null, true],
  );
});
