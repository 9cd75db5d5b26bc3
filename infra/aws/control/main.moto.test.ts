import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CreateClusterCommand, ECSClient } from '@aws-sdk/client-ecs';
import { startServer } from '../../../loadtests/testing/server.ts';
import { type AwsServer, startAwsServer } from '../../../tools/moto/server.test-world.ts';
import { until } from '../../embedded/testing.ts';
import { makeCluster, PREFIX } from '../testing/cluster.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const TOKEN = 'a-token-of-the-control-api';

/** The program on a free port of this machine, asked by the name that it has in the stack. */
async function startControl(t: TestContext, { moto, queueUrl }: { moto: AwsServer; queueUrl: string }) {
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
  const line = once(createInterface({ input: child.stdout }), 'line').then(
    ([text]) => JSON.parse(text as string) as { url: string },
  );
  const host = `control.${PREFIX}.internal:${port}`;
  const get = (path: string, headers: Record<string, string> = {}) =>
    new Promise<number>((resolve, reject) => {
      const asked = request({ port, path, headers: { host, ...headers }, host: '127.0.0.1' }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      asked.once('error', reject).end();
    });
  return { child, line, get, url: `http://${host}` };
}

const authorization = `Bearer ${TOKEN}`;

test('the control API as a program of its own: by name, with its token, until it is told to end', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const { queueUrl } = await makeCluster(t, moto);
  const { child, line, get, url } = await startControl(t, { moto, queueUrl });
  assert.equal((await line).url, url);
  assert.deepEqual(
    [
      await get('/health', { host: '127.0.0.1' }),
      await get('/stack'),
      await get('/stack', { authorization }),
      await get('/stack', { host: 'elsewhere.example', authorization }),
    ],
    [200, 401, 200, 403],
  );
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0);
});

test('it is healthy, and answers 503, while the services of its stack are still made', async (t) => {
  const moto = await startAwsServer(t);
  if (!moto) return;
  const ecs = new ECSClient(moto);
  t.after(() => ecs.destroy());
  await ecs.send(new CreateClusterCommand({ clusterName: PREFIX }));
  const queueUrl = `${moto.endpoint}/123456789012/${PREFIX}-task-events`;
  const { line, get } = await startControl(t, { moto, queueUrl });
  const health = () => get('/health').catch(() => undefined);
  assert.equal(await until('it answers', health), 200);
  assert.equal(await get('/stack', { authorization }), 503);
  await makeCluster(t, moto);
  await line;
  assert.equal(await get('/stack', { authorization }), 200);
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
