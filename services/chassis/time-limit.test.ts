import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { startRedis } from '../testing/redis.ts';
import { authClient } from '../web-api/auth-client.ts';
import { RequestRedis, redisReady } from './redis.ts';

/** This thread does nothing for so long, as when a process gets no processor; what is sent to it arrives meanwhile. */
const standStill = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);

test('a redis answer that came while the process stood still is taken', async (t) => {
  const server = await startRedis();
  const redis = new RequestRedis({ url: server.url, limit: 200 });
  t.after(async () => {
    redis.disconnect();
    await server.stop();
  });
  await redisReady(redis);
  const answer = redis.ping();
  standStill(500);
  assert.equal(await answer, 'PONG');
});

test('a redis that does not answer is given up', async (t) => {
  const server = await startRedis();
  const redis = new RequestRedis({ url: server.url, limit: 200 });
  t.after(async () => {
    redis.disconnect();
    await server.stop();
  });
  await redisReady(redis);
  await redis.call('CLIENT', 'PAUSE', '60000', 'ALL');
  await assert.rejects(redis.ping(), /Command timed out/);
});

test('an answer of auth-service that came while the process stood still is taken', async (t) => {
  // The server has a thread of its own; it says that a request is there, and answers when it is told to.
  const server = new Worker(
    `const { createServer } = require('node:http');
     const { parentPort } = require('node:worker_threads');
     const server = createServer((request, response) => {
       request.resume();
       parentPort.postMessage('asked');
       parentPort.once('message', () => response.end('{"user_id":7}'));
     });
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  t.after(() => server.terminate());
  const [port] = await once(server, 'message');
  const auth = authClient({ authUrl: `http://127.0.0.1:${port}` });
  const answer = auth.post('/auth/validate', { token: 'a' }, 'r1');
  await once(server, 'message');
  server.postMessage('answer');
  standStill(2_000);
  assert.deepEqual(await answer, { status: 200, body: { user_id: 7 } });
});
