import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MemoryStore } from '../../converters/store/memory.ts';
import { scriptOf } from '../testing/planned.ts';
import { withTempFolder } from '../testing/run.ts';
import { segmentedLoad } from './load.ts';
import { LoadObjects } from './objects.ts';
import { resultOf } from './result.ts';

const POINT = `${JSON.stringify({
  ...{ metric: 'iterations', type: 'Point' },
  data: { time: '2026-01-01T00:00:00.000Z', value: 1, tags: null },
})}\n`;

test('a segment that was killed in the middle of a line costs that line alone', async () => {
  const [raw, runId, load] = [new MemoryStore(), 'r1', 'l1'];
  const objects = new LoadObjects({ raw, runId, load });
  const left = [`${POINT}${POINT.slice(0, 20)}`, POINT, ''];
  for (const [i, text] of left.entries()) await raw.put(objects.pointsKey(i + 1), gzipSync(text));
  const over = { state: 'ended', exit_code: 0, runner: 'node', runner_version: '1', log: '' } as const;
  await withTempFolder(async (folder) => {
    const pointsFile = join(folder, 'points.ndjson');
    const { summary } = await resultOf({
      ...{ raw, runId, load, pointsFile, folder, script: scriptOf('01-steady'), env: {} },
      segments: left.map(() => ({ ...over, progress: null })),
    });
    assert.equal(summary?.metrics.iterations?.count, 2);
    assert.equal(await readFile(pointsFile, 'utf8'), `${POINT}${POINT.slice(0, 20)}\n${POINT}`);
  });
});

test('a script that cannot be summed up here is refused before anything is started', async () => {
  const launcher = { start: () => assert.fail('started'), ended: () => assert.fail('asked for') };
  const load = segmentedLoad({
    ...{ raw: new MemoryStore(), runId: 'r1', scenario: '01-steady', segments: 1, runner: 'node', launcher },
  });
  await withTempFolder(async (folder) => {
    const sending = load({
      ...{ script: scriptOf('01-steady'), out: join(folder, 'points.ndjson'), env: { FAULTLINE_RATE: '0' } },
      signal: new AbortController().signal,
    });
    await assert.rejects(sending, { code: 'TRAFFIC_FAILED', message: /FAULTLINE_RATE must be/ });
  });
});
