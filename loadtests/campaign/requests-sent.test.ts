import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runScenario } from '../load.ts';
import { requestsSent } from './requests-sent.ts';

test('the question of a script at its start is none of the requests sent', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'points-'));
  let asked = 0;
  let health = 0;
  const server = createServer((request, response) => {
    asked += 1;
    if (request.url === '/health') health += 1;
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const { pointsFile, summary } = await runScenario({
    script: fileURLToPath(new URL('../scenarios/01-steady.ts', import.meta.url)),
    out: join(folder, 'points.ndjson'),
    runner: 'node',
    env: {
      FAULTLINE_WEB_API_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      FAULTLINE_DURATION: '2s',
      FAULTLINE_RATE: '10',
    },
  });
  assert.equal(health, 1);
  assert.equal(summary?.metrics.http_reqs?.count, asked);
  assert.equal(await requestsSent(pointsFile), asked - 1);
  assert.ok(asked > 2, `asked ${asked}`);
});
