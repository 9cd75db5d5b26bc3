import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from '../../testing/run.ts';
import { startServer } from '../../testing/server.ts';
import http from '../api/http.ts';
import { check } from '../api/k6.ts';

const once = { scenarios: { a: { executor: 'per-vu-iterations', iterations: 4 } } };

test('a threshold on a tagged sub-metric sees only its samples', async (t) => {
  const server = await startServer(({ path }, response) =>
    response.writeHead(path === '/bad' ? 500 : 200).end(),
  );
  t.after(() => server.close());
  const run = (thresholds: object) =>
    runScript({
      options: { ...once, thresholds },
      default: async () => {
        for (const name of ['good', 'bad'])
          await http.asyncRequest('GET', `${server.url}/${name}`, null, { tags: { name } });
      },
    });
  assert.equal((await run({ 'http_req_failed{name:good}': ['rate==0'] })).exitCode, 0);
  assert.equal((await run({ 'http_req_failed{name:bad}': ['rate<1'] })).exitCode, 99);
  const both = await run({
    http_req_failed: ['rate==0.5'],
    'http_reqs{name:bad,status:500}': ['count==4', 'rate>0'],
  });
  assert.equal(both.exitCode, 0);
  const declared = both.lines.find(({ metric, type }) => metric === 'http_reqs' && type === 'Metric');
  assert.deepEqual(declared?.data.submetrics, [
    {
      name: 'http_reqs{name:bad,status:500}',
      suffix: 'name:bad,status:500',
      tags: { name: 'bad', status: '500' },
    },
  ]);
});

test('a threshold without samples passes', async () => {
  const thresholds = { 'http_req_duration{name:never}': ['p(95)<1'], dropped_iterations: ['count==0'] };
  assert.equal((await runScript({ options: { ...once, thresholds }, default: () => {} })).exitCode, 0);
});

test('thresholds on unknown metrics or aggregates are refused at the start', async () => {
  const start = (thresholds: object) => runScript({ options: { ...once, thresholds }, default: () => {} });
  await assert.rejects(start({ http_req_durations: ['p(95)<1'] }), { code: 'UNKNOWN_METRIC', exitCode: 104 });
  await assert.rejects(start({ checks: ['p(95)<1'] }), { code: 'INVALID_THRESHOLD' });
});

test('abortOnFail ends the test long before its duration', async () => {
  const options = {
    scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '10m' } },
    thresholds: { checks: [{ threshold: 'rate>0.5', abortOnFail: true }] },
  };
  const ran = await runScript({
    options,
    default: async () => {
      check(1, { never: () => false });
      await new Promise((resolve) => setTimeout(resolve, 20));
    },
  });
  assert.equal(ran.exitCode, 99);
  assert.match(ran.log[0] ?? '', /rate>0.5 on checks failed \(0\): test aborted/);
});
