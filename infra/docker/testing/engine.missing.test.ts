import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { engineMissing, stopEngine } from './engine.ts';

test('where no engine answers there is a reason to tell', async () => {
  const reason = await engineMissing({ ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' });
  assert.match(reason ?? '', /no Docker engine answers: .+|the docker command does not run: .+/s);
});

test('a process that has got the id of an ended engine is left alone', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const other = spawn('sleep', ['60']);
  const ended = once(other, 'exit');
  writeFileSync(join(folder, 'dockerd.pid'), String(other.pid));
  await stopEngine({ folder });
  other.kill('SIGINT');
  assert.deepEqual(await ended, [null, 'SIGINT'], 'no other signal came before');
  assert.equal(existsSync(folder), false);
});
