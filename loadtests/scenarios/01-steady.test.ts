import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runScenario } from '../load.ts';
import type { Point } from '../testing/run.ts';
import { withTempFolder } from '../testing/run.ts';
import type { Received } from '../testing/server.ts';
import { startStorefront } from '../testing/storefront.ts';

const SCRIPT = fileURLToPath(new URL('./01-steady.ts', import.meta.url));

/** Three seconds at 60 requests a second: 18 sessions. */
async function runSteady(seed: string) {
  const server = await startStorefront();
  try {
    return await withTempFolder(async (folder) => {
      const result = await runScenario({
        script: SCRIPT,
        runner: 'node',
        out: join(folder, 'points.ndjson'),
        env: {
          FAULTLINE_WEB_API_URL: server.url,
          FAULTLINE_SEED: seed,
          FAULTLINE_RATE: '60',
          FAULTLINE_DURATION: '3s',
        },
      });
      const text = await readFile(result.pointsFile, 'utf8');
      const lines: Point[] = text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
      const points = lines.filter(({ metric, type }) => metric === 'http_reqs' && type === 'Point');
      return { result, points, received: server.received.filter(({ path }) => path !== '/health') };
    });
  } finally {
    await server.close();
  }
}

/** Sessions run side by side, so arrival order may differ: what matters is which id asked for what. */
const byId = (received: Received[]) =>
  received
    .map(({ method, path, body, headers }) => [headers['x-request-id'], method, path, body].join(' '))
    .sort();

test('the same seed sends the same requests under the same ids, another seed others', async () => {
  const [first, second, other] = await Promise.all([runSteady('7'), runSteady('7'), runSteady('8')]);
  assert.ok(first && second && other);
  assert.equal(first.result.exitCode, 0, first.result.text + first.result.log);
  assert.deepEqual(byId(first.received), byId(second.received));
  const ids = new Set(byId(first.received).map((line) => line.split(' ')[0]));
  for (const line of byId(other.received)) assert.ok(!ids.has(line.split(' ')[0]));

  assert.equal(first.result.summary?.metrics.iterations?.count, 18);
  assert.ok(first.received.length > 140 && first.received.length < 220, String(first.received.length));
});

test('every attempt has an id of its own, that its point carries and that says nothing', async () => {
  const { points, received, result } = await runSteady('3');
  const sent = received.map(({ headers }) => String(headers['x-request-id']));
  assert.equal(new Set(sent).size, sent.length);
  const noted = points
    .filter(({ data }) => data.tags.group === '')
    .map(({ data }) => data.metadata?.request_id);
  assert.deepEqual([...sent].sort(), noted.sort());
  for (const id of sent) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  for (const { headers } of received) assert.doesNotMatch(JSON.stringify(headers), /faultline|steady|k6/i);
  assert.equal(result.droppedIterations, 0);
  assert.ok(result.lagP99Ms !== null && result.lagP99Ms >= 0);
  // Each session starts with a login.
  assert.equal(received.filter(({ path }) => path === '/api/login').length >= 18, true);
});
