import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { testPython } from '../python/fixtures/python.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export const MOTO = {
  requirements: here('requirements.txt'),
  needs: 'the tests that ask a server of AWS’s APIs (moto) need',
} as const;

/** An AWS that the SDK’s clients can ask: SQS, S3 and notifications from the one to the other, and ECS, whose services never roll out. */
export interface AwsServer {
  readonly endpoint: string;
  readonly region: string;
  /** Any will do. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** moto's server, until the test ends; undefined, and the test is skipped, where there is no Python. In CI it fails. */
export async function startAwsServer(t: TestContext): Promise<AwsServer | undefined> {
  const python = await testPython(t, MOTO);
  if (!python) return undefined;
  const child = spawn(python, [here('serve.py')], { stdio: ['pipe', 'pipe', 'pipe'] });
  t.after(async () => {
    if (child.exitCode !== null) return;
    child.stdin.end();
    await once(child, 'exit');
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-4096); // it writes a line a request there
  });
  const lines = createInterface({ input: child.stdout });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error(`moto has ended: ${said}`)));
  const [port] = (await Promise.race([once(lines, 'line'), ended])) as [string];
  ended.catch(() => undefined); // from now on whoever asks it is told
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  };
}
