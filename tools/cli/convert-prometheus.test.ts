import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConvertReport } from '../../converters/convert.ts';
import type { Manifest } from '../../converters/dataset/manifest.ts';
import { startPrometheus } from '../../converters/prometheus/server.test-world.ts';
import { faultline, makeFolder } from './testing/command.ts';

test('the samples of a Prometheus server become a dataset, which verifies', async (t) => {
  const world = await startPrometheus(t);
  if (!world) return;
  const folder = await makeFolder(t);
  const [since, until] = [world.scrapes[0] as number, world.scrapes.at(-1) as number].map((ms) =>
    new Date(ms).toISOString(),
  );
  const window = ['--since', String(since), '--until', String(until)];
  const source = ['--from-prometheus', world.url, '--match', 'stock{job="shop"}'];
  const made = await faultline(
    folder,
    'convert',
    ...source,
    ...window,
    '--to',
    'out',
    '--run-id',
    'mine',
    '--json',
  );
  assert.equal(made.code, 0, made.stderr);
  const { signals, manifest } = JSON.parse(made.stdout) as ConvertReport & { manifest: Manifest };
  const rows = 20 * (world.scrapes.length - 1);
  assert.deepEqual(signals.metrics, { read: rows, rows, rejected: 0, outside_window: 0 });
  assert.deepEqual(manifest.kinds, { 'metric.sample': rows });
  assert.deepEqual(manifest.window, { start_ms: world.scrapes[0], end_ms: world.scrapes.at(-1) });
  const verified = await faultline(folder, 'verify', 'out/mine');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  const again = await faultline(folder, 'convert', ...source, ...window, '--to', 'out', '--run-id', 'mine');
  assert.equal(again.code, 2);
  assert.match(again.stderr, /already has a run "mine"/);
});
