import { type ChildProcess, spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import { resolveProgram } from '../../tools/programs/resolve.ts';
import { ended, freePort, until } from './process.ts';

export interface TestRedis {
  url: string;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** A real redis in memory, on a port of its own. */
export async function startRedis(): Promise<TestRedis> {
  const { path } = await resolveProgram('redis', { onProgress: console.error });
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(path, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], {
      stdio: 'ignore',
      cwd: '/',
    });
    const client = new Redis(url, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => {});
    await until(`redis on port ${port}`, async () => (await client.ping()) === 'PONG');
    client.disconnect();
  };
  const halt = async () => {
    const going = child;
    child = undefined;
    if (going) {
      going.kill('SIGTERM');
      await ended(going);
    }
  };
  await start();
  return { url, pause: halt, resume: start, stop: halt };
}
