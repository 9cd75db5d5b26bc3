import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { type Ran, runScript } from '../../testing/run.ts';
import { startServer } from '../../testing/server.ts';
import http, { type Params, type Response } from '../api/http.ts';

type Answered = Response<'text' | undefined>;

async function request({
  method = 'GET',
  url,
  body,
  params,
}: {
  method?: string;
  url: string;
  body?: string;
  params?: Params;
}): Promise<{ response: Answered; ran: Ran }> {
  let response: Answered | undefined;
  const ran = await runScript({
    default: async () => {
      response = (await http.asyncRequest(method, url, body ?? null, params)) as Answered;
    },
  });
  assert.ok(response, ran.log.join('\n'));
  return { response, ran };
}

test('a response has the shape of k6', async (t) => {
  const server = await startServer((_, response) => {
    response.writeHead(201, { 'x-request-id': 'abc', 'content-type': 'application/json' }).end('{"id":7}');
  });
  t.after(() => server.close());
  const url = `${server.url}/things?q=1`;
  const params = { headers: { 'x-request-id': 'abc' }, tags: { name: 'things' } };
  const { response, ran } = await request({ method: 'POST', url, body: '{"a":1}', params });
  assert.equal(response.status, 201);
  assert.equal(response.body, '{"id":7}');
  assert.deepEqual(response.json(), { id: 7 });
  assert.equal(response.headers['X-Request-Id'], 'abc');
  assert.deepEqual([response.error, response.error_code], ['', 0]);
  assert.deepEqual(
    [response.request.method, response.request.url, response.request.body, response.request.headers],
    ['POST', url, '{"a":1}', { 'X-Request-Id': ['abc'] }],
  );
  assert.equal(response.proto, 'HTTP/1.1');
  const { sending, waiting, receiving, duration } = response.timings;
  assert.ok(Math.abs(sending + waiting + receiving - duration) < 1e-6);
  assert.ok(Object.values(response.timings).every((part) => part >= 0));
  assert.throws(() => (response as unknown as { html(): void }).html(), { code: 'UNSUPPORTED_CALL' });
  assert.equal(server.received[0]?.body, '{"a":1}');
  assert.deepEqual(ran.points('http_reqs')[0]?.data.tags, {
    ...{ group: '', scenario: 'default', name: 'things', url: 'things', method: 'POST', status: '201' },
    ...{ expected_response: 'true', proto: 'HTTP/1.1' },
  });
  assert.ok((ran.points('data_sent')[0]?.data.value ?? 0) > 50);
  assert.ok((ran.points('data_received')[0]?.data.value ?? 0) > 50);
});

test('connections are kept from one request to the next', async (t) => {
  const ports = new Set<number | undefined>();
  const server = await startServer((_, response, raw) => {
    ports.add(raw.socket.remotePort);
    response.end();
  });
  t.after(() => server.close());
  const options = { scenarios: { a: { executor: 'per-vu-iterations', iterations: 5 } } };
  const ran = await runScript({ options, default: () => http.asyncRequest('GET', server.url) });
  assert.equal(ports.size, 1);
  const connecting = ran.points('http_req_connecting').map(({ data }) => data.value);
  assert.deepEqual(connecting.slice(1), [0, 0, 0, 0]);
});

test('body types: text, binary, none', async (t) => {
  const server = await startServer((_, response) => response.end('Zoë'));
  t.after(() => server.close());
  const url = server.url;
  assert.equal((await request({ url })).response.body, 'Zoë');
  const binary = (await request({ url, params: { responseType: 'binary' } })).response.body as unknown;
  assert.deepEqual(Buffer.from(binary as ArrayBuffer).toString(), 'Zoë');
  assert.equal((await request({ url, params: { responseType: 'none' } })).response.body, null);
});

test('a status of 400 and more is a failed request with its own code', async (t) => {
  const server = await startServer((_, response) => response.writeHead(404).end());
  t.after(() => server.close());
  const { response, ran } = await request({ url: server.url });
  assert.deepEqual([response.status, response.error, response.error_code], [404, '', 1404]);
  const point = ran.points('http_req_failed')[0]?.data;
  assert.deepEqual(
    [point?.value, point?.tags.expected_response, point?.tags.error_code],
    [1, 'false', '1404'],
  );
});

test('a refused connection is status 0 with code 1212', async () => {
  const closed = await startServer();
  await closed.close();
  const { response, ran } = await request({ url: closed.url });
  assert.deepEqual([response.status, response.body, response.error_code], [0, null, 1212]);
  assert.equal(response.error, 'dial: connection refused');
  const { tags } = ran.points('http_reqs')[0]?.data ?? {};
  assert.deepEqual([tags?.status, tags?.error_code, tags?.error], ['0', '1212', 'dial: connection refused']);
});

test('no answer within the time-out is code 1050', async (t) => {
  const server = await startServer(() => {});
  t.after(() => server.close());
  const { response } = await request({ url: server.url, params: { timeout: '100ms' } });
  assert.deepEqual([response.status, response.error_code, response.error], [0, 1050, 'request timeout']);
  assert.ok(response.timings.duration > 50);
});

test('a body that never ends is a time-out as well', async (t) => {
  const server = await startServer((_, response) => response.writeHead(200).write('half'));
  t.after(() => server.close());
  const { response } = await request({ url: server.url, params: { timeout: 100 } });
  assert.deepEqual([response.status, response.error_code], [0, 1050]);
});

test('a reset is code 1220, a plain close without an answer 1000', async (t) => {
  let reset = true;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => (reset ? socket.resetAndDestroy() : socket.destroy()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  assert.equal((await request({ url })).response.error_code, 1220);
  reset = false;
  const { error, error_code } = (await request({ url })).response;
  assert.deepEqual([error, error_code], ['EOF', 1000]);
});

test('an invalid URL is code 1020', async () => {
  assert.equal((await request({ url: 'nowhere' })).response.error_code, 1020);
});

test('a request that is cut off still leaves its points', async (t) => {
  const server = await startServer(() => {});
  t.after(() => server.close());
  const options = {
    scenarios: { a: { executor: 'constant-vus', vus: 3, duration: '200ms', gracefulStop: '0s' } },
  };
  const ran = await runScript({ options, default: () => http.asyncRequest('GET', server.url) });
  assert.equal(server.received.length, 3);
  assert.deepEqual(
    ran.points('http_reqs').map(({ data }) => data.tags.error),
    ['context canceled', 'context canceled', 'context canceled'],
  );
  assert.equal(ran.points('iterations').length, 0);
});

test('cookies, redirects and unknown parameters are refused, not ignored', async (t) => {
  const server = await startServer(({ path }, response) => {
    response.writeHead(302, path === '/cookie' ? { 'set-cookie': 'a=1' } : { location: '/x' }).end();
  });
  t.after(() => server.close());
  const refused = async (path: string, params: object) => {
    const ran = await runScript({
      default: () => http.asyncRequest('GET', `${server.url}${path}`, null, params),
    });
    return ran.log[0] ?? '';
  };
  assert.match(await refused('/', {}), /redirects is not supported/);
  assert.match(await refused('/cookie', {}), /sets a cookie is not supported/);
  assert.match(await refused('/', { jar: {} }), /params\.jar is not supported/);
});
