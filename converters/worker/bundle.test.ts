import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { until } from '../../infra/embedded/testing.ts';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { bundle } from '../bundle.ts';
import { convertRun } from '../convert.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { checksumsBelow } from '../store/contents.test-world.ts';
import { openStore } from '../store/open.ts';
import { freePort, startS3Server } from '../store/s3-server.test-world.ts';

test('the worker’s bundle alone converts what it finds in a bucket, and ends with what it has in hand', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'worker-bundle-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await startS3Server({ root: join(folder, 's3'), buckets: ['raw'] });
  if (!server) return t.skip('versitygw is not there: `npx faultline doctor` says how it is made');
  t.after(() => server.stop());
  const { files, outdir } = await bundle('worker', { outdir: join(folder, 'worker') });
  assert.ok(files.includes('index.mjs') && files.includes('zstd.wasm'));
  const [raw, other] = [openStore('s3://raw', server), openStore(join(folder, 'other'))];
  const record = benchRecord(90);
  for (const store of [raw, other]) {
    await store.put(recordKey(record.run_id), encodeRecord({ raw: store, record }));
    for (const { key, bytes } of rawObjects({ requests: 90, start: record.window.start_ms, perObject: 30 }))
      await store.put(key, bytes);
  }
  const port = await freePort();
  const child = spawn(process.execPath, ['index.mjs'], {
    cwd: outdir,
    env: {
      ...{ RAW_URL: 's3://raw', PORT: String(port), LIST_EVERY_MS: '100', AWS_REGION: 'us-east-1' },
      AWS_ENDPOINT_URL_S3: server.endpoint,
      AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const lines: { level: string; converted?: number; failed?: number }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  await once(child.stdout, 'data');
  assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
  const notified = await fetch(`http://127.0.0.1:${port}/events`, { method: 'POST' });
  assert.equal(notified.status, 401, 'nobody has its token');

  await convertRun({ raw: other, record });
  const expected = await checksumsBelow(other, 'parts/');
  await until(
    'all parts are there',
    async () => (await checksumsBelow(raw, 'parts/')).size === expected.size,
  );
  child.kill('SIGTERM');
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0);
  assert.deepEqual(
    lines.map(({ level, converted, failed }) => [level, converted, failed]),
    [
      ['info', undefined, undefined],
      ['info', 9, 0],
    ],
  );
  assert.deepEqual(await checksumsBelow(raw, 'parts/'), expected);
});
