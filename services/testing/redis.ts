import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import { ended, freePort, until } from './process.ts';

export interface TestRedis {
  url: string;
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

const programs = ['redis-server', 'valkey-server'];

/** The first redis-compatible server on PATH, or undefined. */
export function findRedis(): string | undefined {
  return programs.find((program) => {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

/** A real redis in memory, on a port of its own. */
export async function startRedis(): Promise<TestRedis> {
  const program = findRedis();
  if (!program) throw new Error(`none of ${programs.join(', ')} is on PATH`);
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    child = spawn(
      program,
      ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: 'ignore', cwd: '/' },
    );
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
