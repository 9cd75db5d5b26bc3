import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder, writeProgram } from '../programs/fixtures/world.ts';
import { type Check, doctor } from './doctor.ts';

const states = (checks: Check[]) => Object.fromEntries(checks.map(({ name, state }) => [name, state]));

test('on a bare machine the doctor says what is missing and how to have it', async (t) => {
  const folder = await temporaryFolder(t);
  const checks = await doctor({ env: { PATH: folder, FAULTLINE_CACHE: join(folder, 'cache') }, folder });
  const { otelcol, versitygw, redis, k6, go, python3, docker, pulumi } = states(checks);
  assert.deepEqual([otelcol, versitygw, redis], ['missing', 'missing', 'missing']);
  assert.deepEqual([k6, go, python3, docker, pulumi], Array(5).fill('optional'));
  for (const { name, text } of checks) assert.doesNotMatch(text, /\n/, `${name} is one line`);
  assert.match(
    checks.find(({ name }) => name === 'otelcol')?.text ?? '',
    /go >= 1\.24\.0 is not on PATH.*Fedora: /,
  );
  assert.deepEqual(await readdir(folder), [], 'the doctor makes nothing');
});

test('found programs come with version and path, and Go means that the rest will be made', async (t) => {
  const folder = await temporaryFolder(t);
  await writeProgram(folder, 'redis-server', 'echo "Redis server v=7.2.4 sha=0"');
  await writeProgram(folder, 'k6', 'echo "k6 v1.2.3 (go1.24.4, linux/amd64)"');
  await writeProgram(folder, 'docker', 'echo "Docker version 28.2.2, build e6534b4"');
  await writeProgram(folder, 'go', 'echo "go version go1.99.0 linux/amd64"');
  const checks = await doctor({ env: { PATH: folder, FAULTLINE_CACHE: join(folder, 'cache') }, folder });
  const { otelcol, versitygw, redis, k6, go, docker, node } = states(checks);
  assert.deepEqual([redis, k6, go, docker, node], Array(5).fill('ok'));
  assert.deepEqual([otelcol, versitygw], ['will be made', 'will be made']);
  const text = (name: string) => checks.find((check) => check.name === name)?.text;
  assert.equal(text('redis'), `7.2.4, ${join(folder, 'redis-server')}`);
  assert.equal(text('k6'), `1.2.3, ${join(folder, 'k6')}`);
});

test('disk and memory are told in figures', async (t) => {
  const checks = await doctor({ env: {}, folder: join(await temporaryFolder(t), 'not', 'yet', 'there') });
  for (const name of ['memory', 'disk for datasets']) {
    assert.match(checks.find((check) => check.name === name)?.text ?? '', /^\d+\.\d GB free/);
  }
});
