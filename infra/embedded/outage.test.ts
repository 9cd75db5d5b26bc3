import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EmbeddedTarget } from './target.ts';
import { havePrograms, makeTarget, rawText, until } from './testing.ts';

const REQUESTS = 600;

test('no log line is lost while S3 is down and the collector is killed', { timeout: 90_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target, s3Root } = await makeTarget(t);
  await target.start();
  await send(target, 0, 200);
  const bringBack = await target.takeDown('s3');
  await send(target, 200, 300);
  const killed = await until('the collector', () => target.pid('collector'));
  const sending = send(target, 300, REQUESTS);
  process.kill(killed, 'SIGKILL');
  await sending;
  await until('the next collector', () => {
    const pid = target.pid('collector');
    return pid !== undefined && pid !== killed;
  });
  await bringBack();
  await target.stopServices();
  const report = await target.stopCollector();
  assert.equal(report.drained, true);
  assert.equal(report.processes, 2);
  assert.equal(report.sendFailed.logs + report.enqueueFailed.logs + report.refused.logs, 0);
  const found = new Set((await rawText(s3Root, 'logs')).match(/\/request-\d+/g));
  assert.equal(found.size, REQUESTS);
});

test('what the bucket does not take is counted', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target, s3Root } = await makeTarget(t);
  await target.start();
  await rm(join(s3Root, 'raw'), { recursive: true, maxRetries: 20 }); // into which the collector writes meanwhile
  await send(target, 0, 10);
  await target.stopServices();
  const report = await target.stopCollector({ timeoutMs: 20_000 });
  assert.ok(report.sendFailed.logs >= 10, `${report.sendFailed.logs} failed`);
  assert.equal(report.sent.logs + report.sendFailed.logs, report.accepted.logs);
});

test('the collector outlives a store that is down', { timeout: 60_000 }, async (t) => {
  if (!(await havePrograms(t))) return;
  const { target } = await makeTarget(t, { components: ['collector'] });
  await target.start();
  await target.takeDown('cache');
  await target.restart('collector'); // it reads the stores a second later, and finds nothing to read
  const counters = `${target.address('collector', 'counters').url}/metrics`;
  await until('a reading without a data point', async () => {
    const page = await fetch(counters).then(
      (response) => response.text(),
      () => '',
    );
    return /accepted_metric_points_total\{[^}]*receiver="redis\/cache"[^}]*\} 0/.test(page);
  });
  const report = await target.stopCollector();
  assert.equal(report.processes, 2);
  assert.equal(report.drained, true);
});

async function send(target: EmbeddedTarget, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 1) {
    const response = await fetch(`${target.address('web-api').url}/request-${number}`);
    await response.text();
  }
}
