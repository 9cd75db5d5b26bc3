import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { debianRelease } from './debian.ts';
import { temporaryFolder, until } from './fixtures/world.ts';
import { resolveProgram } from './resolve.ts';

test('redis is unpacked from the system packages, runs, and nothing gets installed', {
  timeout: 180_000,
}, async (t) => {
  if ((await debianRelease()) === undefined) return t.skip('not a Debian-like system');
  const folder = await temporaryFolder(t);
  const env = {
    ...process.env,
    PATH: await pathWithoutRedis(folder),
    FAULTLINE_CACHE: join(folder, 'cache'),
  };
  const before = await stat('/var/lib/dpkg/status');
  const redis = await resolveProgram('redis', { env });
  assert.equal(redis.source, 'system package');
  assert.equal((await stat('/var/lib/dpkg/status')).mtimeMs, before.mtimeMs);
  assert.equal((await resolveProgram('redis', { env, build: false })).source, 'cache');

  const socket = join(folder, 'redis.sock');
  const server = spawn(redis.path, ['--port', '0', '--unixsocket', socket, '--save', ''], {
    cwd: folder,
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  t.after(async () => {
    server.kill('SIGKILL');
    await ended;
  });
  await until(() => ping(socket));
});

async function pathWithoutRedis(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const from of ['/usr/sbin', '/usr/bin']) {
    for (const name of await readdir(from)) {
      if (!/^(redis|valkey)/.test(name)) await symlink(join(from, name), join(bin, name)).catch(() => {});
    }
  }
  return bin;
}

function ping(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket, () => connection.write('PING\r\n'));
    connection.once('data', (answer) => {
      resolve(answer.toString() === '+PONG\r\n');
      connection.destroy();
    });
    connection.once('error', () => resolve(false));
  });
}
