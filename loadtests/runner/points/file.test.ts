import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { runScript, withTempFolder } from '../../testing/run.ts';
import exec from '../api/execution.ts';
import { TestRun } from '../engine/test.ts';
import { BUILT_IN } from '../metrics/definition.ts';
import { PointsFile } from './file.ts';

const definition = BUILT_IN.find(({ name }) => name === 'http_req_duration');

test('lines have the shape of --out json', async () => {
  await withTempFolder(async (folder) => {
    const path = join(folder, 'points.ndjson');
    const selectors = ['http_req_duration{name:a}'];
    const file = new PointsFile({
      path,
      describe: () => definition && { definition, thresholds: ['avg<1'], selectors },
    });
    const sample = { metric: 'http_req_duration', time: 1_500, value: 1.5, tags: { name: 'a' } };
    file.write({ ...sample, metadata: { request_id: 'x' } });
    file.write(sample);
    await file.close();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        {
          metric: 'http_req_duration',
          type: 'Metric',
          data: {
            ...{ name: 'http_req_duration', type: 'trend', contains: 'time', thresholds: ['avg<1'] },
            submetrics: [{ name: 'http_req_duration{name:a}', suffix: 'name:a', tags: { name: 'a' } }],
          },
        },
        {
          metric: 'http_req_duration',
          type: 'Point',
          data: {
            time: '1970-01-01T00:00:01.500Z',
            value: 1.5,
            tags: { name: 'a' },
            metadata: { request_id: 'x' },
          },
        },
        {
          metric: 'http_req_duration',
          type: 'Point',
          data: { time: '1970-01-01T00:00:01.500Z', value: 1.5, tags: { name: 'a' } },
        },
      ],
    );
  });
});

test('a full file makes its writers wait, and loses nothing', async () => {
  await withTempFolder(async (folder) => {
    const path = join(folder, 'points.ndjson');
    const file = new PointsFile({ path, describe: () => undefined });
    let waited = false;
    const write = (value: number) =>
      file.write({ metric: 'm', time: 0, value, tags: { pad: 'x'.repeat(1_000) } });
    for (let value = 0; value < 1_000; value++) write(value);
    const ready = file.ready().then(() => {
      waited = true;
    });
    await Promise.resolve();
    assert.equal(waited, false);
    await ready;
    await file.close();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).data.value),
      Array.from({ length: 1_000 }, (_, value) => value),
    );
  });
});

test('a file that cannot be written ends the test with 107', async () => {
  const log: string[] = [];
  const options = { scenarios: { a: { executor: 'constant-vus', duration: '10m' } } };
  const script = { options, default: () => new Promise((resolve) => setTimeout(resolve, 5)) };
  const run = new TestRun({
    script: script as never,
    pointsFile: '/nonexistent/points.ndjson',
    log: (text) => log.push(text),
  });
  assert.equal(await run.run(), 107);
  assert.deepEqual(log.length, 1, log.join('\n'));
  assert.match(log[0] ?? '', /ENOENT/);
});

test('every metric is declared before its first point', async () => {
  const ran = await runScript({
    default: () => {
      exec.vu.metrics.metadata.request_id = 'left behind';
    },
  });
  const declared = new Set<string>();
  for (const { type, metric } of ran.lines) {
    if (type === 'Metric') declared.add(metric);
    assert.ok(declared.has(metric), metric);
  }
});
