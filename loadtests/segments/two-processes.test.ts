import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { type LoadResult, runScenario, sumUp } from '../load.ts';
import { scriptOf } from '../testing/planned.ts';
import { withTempFolder } from '../testing/run.ts';
import { startStorefront } from '../testing/storefront.ts';

const SCRIPT = scriptOf('01-steady');

/** What a session asks for, in order: decided by the seed and the iteration alone. */
const requestsOf = (received: readonly { method: string; path: string; body: string }[]) =>
  received
    .filter(({ path }) => path.startsWith('/api/'))
    .map(({ method, path, body }) => `${method} ${path} ${body}`)
    .sort();

test('two segments in processes of their own send what the whole sends, and sum up to the same', async (t) => {
  const [whole, halves] = [await startStorefront(), await startStorefront()];
  t.after(() => Promise.all([whole.close(), halves.close()]));
  await withTempFolder(async (folder) => {
    const env = (url: string) => ({
      ...{ FAULTLINE_WEB_API_URL: url, FAULTLINE_SEED: '11', FAULTLINE_RATE: '60' },
      ...{ FAULTLINE_DURATION: '4s', FAULTLINE_START_AT: '' },
    });
    const run = (url: string, number?: number): Promise<LoadResult> =>
      runScenario({
        ...{ script: SCRIPT, runner: 'node' as const, out: join(folder, `${number ?? 'whole'}.ndjson`) },
        env: env(url),
        segment: number === undefined ? undefined : { number, of: 2 },
      });
    const all = await run(whole.url);
    const parts = await Promise.all([run(halves.url, 1), run(halves.url, 2)]);
    assert.deepEqual(
      [all, ...parts].map(({ exitCode, log }) => [exitCode, log]),
      [0, 0, 0].map((code) => [code, '']),
    );
    const sent = requestsOf(whole.received);
    assert.ok(sent.length > 100, `${sent.length} requests`);
    assert.deepEqual(requestsOf(halves.received), sent);
    for (const { summary } of parts) assert.ok(summary?.metrics.iterations?.count);

    const merged = join(folder, 'merged.ndjson');
    await writeFile(
      merged,
      Buffer.concat(await Promise.all(parts.map(({ pointsFile }) => readFile(pointsFile)))),
    );
    const result = await sumUp({ script: SCRIPT, pointsFile: merged, env: env(halves.url) });
    assert.equal(result.exitCode, 0);
    assert.match(result.text, /✓ 'rate>0\.99' rate=/);
    const counts = ({ summary }: LoadResult) =>
      ['iterations', 'iteration_start_lag'].map((name) => summary?.metrics[name]?.count ?? 'of a trend');
    assert.deepEqual(counts(result), counts(all));
    const requests = ({ summary }: LoadResult) => summary?.metrics.http_reqs?.count ?? 0;
    assert.equal(
      requests(result),
      requests(all) + 1,
      'one setup more: each process asks for the stack’s health',
    );
  });
});

test('thresholds of all segments are judged where their points are summed up', async () => {
  await withTempFolder(async (folder) => {
    const points = join(folder, 'points.ndjson');
    const point = (metric: string, value: number) =>
      JSON.stringify({
        ...{ metric, type: 'Point' },
        data: { time: '2026-01-01T00:00:00.000Z', value, tags: { check: 'is there' } },
      });
    await writeFile(
      points,
      [point('checks', 1), point('checks', 0), point('dropped_iterations', 1)].join('\n'),
    );
    const { exitCode, text } = await sumUp({ script: SCRIPT, pointsFile: points, env: {} });
    assert.equal(exitCode, 99);
    assert.match(text, /✗ 'rate>0\.99' rate=50\.00%/);
  });
});
