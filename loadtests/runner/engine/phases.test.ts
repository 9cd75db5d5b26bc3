import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScript } from '../../testing/run.ts';
import { startServer } from '../../testing/server.ts';
import http from '../api/http.ts';

const options = { scenarios: { a: { executor: 'per-vu-iterations', vus: 2, iterations: 2 } } };

test("every VU gets a copy of setup's data of its own, and teardown gets it untouched", async () => {
  const counts: number[] = [];
  let atTheEnd: unknown;
  const ran = await runScript({
    options,
    setup: async () => ({ list: [1], when: new Date(0) }),
    default: async (data: { list: number[]; when: string }) => {
      assert.equal(data.when, '1970-01-01T00:00:00.000Z');
      data.list.push(2);
      counts.push(data.list.length);
    },
    teardown: (data: unknown) => {
      atTheEnd = data;
    },
  });
  assert.deepEqual(ran.log, []);
  assert.deepEqual(counts.sort(), [2, 2, 3, 3]);
  assert.deepEqual(atTheEnd, { list: [1], when: '1970-01-01T00:00:00.000Z' });
});

test('a failing setup ends the test with 107 before any iteration', async () => {
  let iterations = 0;
  const ran = await runScript({
    options,
    setup: () => {
      throw new Error('no stack');
    },
    default: () => {
      iterations++;
    },
  });
  assert.equal(ran.exitCode, 107);
  assert.deepEqual(ran.log, ['no stack']);
  assert.equal(iterations, 0);
});

test('a setup that does not end is given up with 100', async () => {
  const ran = await runScript({
    options: { ...options, setupTimeout: '100ms' },
    setup: () => new Promise(() => {}),
    default: () => {},
  });
  assert.equal(ran.exitCode, 100);
});

test("setup's requests are tagged as its own", async (t) => {
  const server = await startServer();
  t.after(() => server.close());
  const ran = await runScript({
    options,
    setup: async () => {
      await http.asyncRequest('GET', `${server.url}/ready`);
    },
    default: () => {},
  });
  assert.deepEqual(
    ran.points('http_reqs').map(({ data }) => data.tags.group),
    ['::setup'],
  );
});
