import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from '../../testing/run.ts';
import { startServer } from '../../testing/server.ts';
import exec from '../api/execution.ts';
import http from '../api/http.ts';
import { check } from '../api/k6.ts';
import { Counter } from '../api/metrics.ts';

test('tags and metadata of concurrent VUs do not mix', async (t) => {
  const server = await startServer(({ path }, response) => {
    // Answers come back in another order than the requests went out.
    setTimeout(() => response.end(path), Number(path.slice(1)) % 7);
  });
  t.after(() => server.close());
  const seen = new Counter('seen');
  const ran = await runScript({
    options: { scenarios: { a: { executor: 'per-vu-iterations', vus: 8, iterations: 5 } } },
    default: async () => {
      const id = exec.scenario.iterationInTest;
      exec.vu.metrics.tags.shade = id;
      exec.vu.metrics.metadata.request_id = `id-${id}`;
      const response = await http.asyncRequest('GET', `${server.url}/${id}`, null, {
        tags: { name: `n${id}` },
      });
      check(response, { 'own answer': ({ body }) => body === `/${id}` });
      seen.add(1);
      delete exec.vu.metrics.metadata.request_id;
    },
  });
  const requests = ran.points('http_reqs');
  assert.equal(requests.length, 40);
  for (const { data } of requests) {
    assert.equal(data.metadata?.request_id, `id-${data.tags.shade}`);
    assert.equal(data.tags.name, `n${data.tags.shade}`);
  }
  assert.equal(new Set(requests.map(({ data }) => data.metadata?.request_id)).size, 40);
  for (const { data } of ran.points('seen')) assert.equal(data.metadata?.request_id, `id-${data.tags.shade}`);
  for (const { data } of ran.points('iterations')) assert.equal(data.metadata, undefined);
  assert.ok(ran.points('checks').every(({ data }) => data.value === 1 && data.tags.check === 'own answer'));
});

test('what belongs to a VU cannot be asked for while a script loads', () => {
  assert.throws(() => exec.vu.idInTest, { code: 'OUTSIDE_VU' });
  assert.throws(() => exec.scenario.name, { code: 'OUTSIDE_VU' });
});

test('members of k6 that the runner lacks say so', () => {
  assert.throws(() => (http as unknown as { get(): void }).get(), {
    code: 'UNSUPPORTED_CALL',
    message: /k6\/http: get/,
  });
  assert.throws(() => (exec as unknown as { test: { abort(): void } }).test.abort(), {
    code: 'UNSUPPORTED_CALL',
  });
});

test('a tag must be plain', async () => {
  const ran = await runScript({
    default: () => {
      (exec.vu.metrics.tags as Record<string, unknown>).list = [];
    },
  });
  assert.match(ran.log[0] ?? '', /tag list must be a string, number or boolean, got object/);
});
