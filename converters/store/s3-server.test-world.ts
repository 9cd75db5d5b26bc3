import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { resolveProgram } from '../../tools/programs/resolve.ts';
import type { S3Credentials } from './store.ts';

/** A real S3 server over a folder, for tests: buckets are its sub-folders. */
export interface S3Server {
  readonly endpoint: string;
  readonly credentials: S3Credentials;
  stop(): Promise<void>;
}

/** Undefined where the program `versitygw` is not to be had. */
export async function startS3Server({
  root,
  buckets,
  eventWebhookUrl,
}: {
  root: string;
  buckets: string[];
  /** Where it sends its notifications; somebody has to listen there. */
  eventWebhookUrl?: string;
}): Promise<S3Server | undefined> {
  const program = await findProgram();
  if (!program) return undefined;
  for (const bucket of buckets) await mkdir(join(root, bucket), { recursive: true });
  const credentials = { accessKeyId: 'test-access-key', secretAccessKey: randomBytes(16).toString('hex') };
  const port = await freePort();
  const child = spawn(
    program,
    ['--port', `127.0.0.1:${port}`, '--quiet', '--health', '/health', 'posix', root],
    {
      stdio: 'ignore',
      env: {
        ...{ ROOT_ACCESS_KEY: credentials.accessKeyId, ROOT_SECRET_KEY: credentials.secretAccessKey },
        ...(eventWebhookUrl && { VGW_EVENT_WEBHOOK_URL: eventWebhookUrl }),
      },
    },
  );
  const endpoint = `http://127.0.0.1:${port}`;
  await healthy({ url: `${endpoint}/health`, child });
  return {
    endpoint,
    credentials,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

/** Built where it is missing in CI alone: that takes minutes. */
async function findProgram(): Promise<string | undefined> {
  try {
    return (await resolveProgram('versitygw', { build: Boolean(process.env.CI) })).path;
  } catch (error) {
    if (process.env.CI) throw error;
    return undefined;
  }
}

/** A loopback port that nobody has now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function healthy({ url, child }: { url: string; child: ChildProcess }): Promise<void> {
  for (let attempt = 0; attempt < 200 && child.exitCode === null; attempt++) {
    const ok = await fetch(url).then(
      (answer) => answer.ok,
      () => false,
    );
    if (ok) return;
    await delay(50);
  }
  child.kill('SIGKILL');
  throw new Error(`the S3 server must answer at ${url} within 10 s, and did not`);
}
