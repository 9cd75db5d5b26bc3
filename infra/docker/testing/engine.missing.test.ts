import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { engineMissing, stopEngine } from './engine.ts';

test('where no engine answers there is a reason to tell', async () => {
  const reason = await engineMissing({ ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' });
  assert.match(reason ?? '', /no Docker engine answers: .+|the docker command does not run: .+/s);
});

test('a process that has got the id of an ended engine is left alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  writeFileSync(join(folder, 'dockerd.pid'), String(process.pid));
  const kill = t.mock.method(process, 'kill');
  await stopEngine({ folder });
  assert.equal(kill.mock.callCount(), 0);
  assert.equal(existsSync(folder), false);
});
