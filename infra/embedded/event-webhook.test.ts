import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { openStore } from '../../converters/store/open.ts';
import { havePrograms, makeTarget } from './testing.ts';

test('the S3 server tells of what is put, where it was asked to', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const put: string[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    response.writeHead(202).end();
    const { Records = [] } = JSON.parse(body) as {
      Records?: { eventName: string; s3: { object: { key: string } } }[];
    };
    for (const { eventName, s3 } of Records) put.push(`${request.url} ${eventName} ${s3.object.key}`);
    if (Records.length > 0) server.emit('notified');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;

  const { target } = await makeTarget(t, {
    components: ['s3'],
    eventWebhookUrl: `http://127.0.0.1:${port}/events/token`,
  });
  await target.start();
  const { s3AccessKey: accessKeyId, s3SecretKey: secretAccessKey } = target.secrets();
  const raw = openStore('s3://raw', {
    endpoint: target.address('s3').url,
    credentials: { accessKeyId, secretAccessKey },
  });
  const notified = once(server, 'notified');
  await raw.put('raw/2026/11/24/06/00/logs_1.binpb.gz', new Uint8Array([1]));
  await notified;
  assert.deepEqual(put, ['/events/token s3:ObjectCreated:Put raw/2026/11/24/06/00/logs_1.binpb.gz']);
});
