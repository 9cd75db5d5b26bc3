import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../../loadtests/testing/server.ts';
import { startAwsServer } from '../../../tools/moto/server.test-world.ts';
import { makeCluster, PREFIX } from '../testing/cluster.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const TOKEN = 'a-token-of-the-control-api';

test('the control API as a program of its own: by name, with its token, until it is told to end', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { queueUrl } = await makeCluster(t, moto);
  const collector = await startServer();
  t.after(() => collector.close());
  const { port } = new URL((await startServer().then((free) => free.close().then(() => free))).url);
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      NODE_NO_WARNINGS: '1',
      AWS_REGION: moto.region,
      AWS_ENDPOINT_URL: moto.endpoint,
      AWS_ACCESS_KEY_ID: moto.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: moto.credentials.secretAccessKey,
      STOREFRONT_PREFIX: PREFIX,
      TASK_EVENTS_QUEUE_URL: queueUrl,
      FAULTLINE_CONTROL_URL: `http://control.${PREFIX}.internal:${port}`,
      FAULTLINE_COLLECTOR_COUNTERS_URL: collector.url,
      FAULTLINE_CONTROL_TOKEN: TOKEN,
      FAULTLINE_OPERATOR_TOKEN: 'o',
      FAULTLINE_METRICS_TOKEN: 'm',
    },
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  assert.equal((JSON.parse(line) as { url: string }).url, `http://control.${PREFIX}.internal:${port}`);

  const get = (path: string, headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      const asked = request({ port, path, headers, host: '127.0.0.1' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.once('error', reject).end();
    });
  const named = { host: `control.${PREFIX}.internal:${port}` };
  assert.deepEqual(
    [
      await get('/health', {}),
      await get('/stack', named),
      await get('/stack', { ...named, authorization: `Bearer ${TOKEN}` }),
      await get('/stack', { host: 'elsewhere.example', authorization: `Bearer ${TOKEN}` }),
    ],
    [200, 401, 200, 403],
  );
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
});

test('a setting that is missing is named', async () => {
  const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), MAIN], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH },
  });
  const told: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => told.push(chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 1);
  assert.match(told.join(''), /STOREFRONT_PREFIX must be set/);
});
