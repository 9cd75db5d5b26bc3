import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { resolveProgram } from '../../tools/programs/resolve.ts';
import type { EmbeddedOptions } from './options.ts';
import { EmbeddedTarget } from './target.ts';

const releases = (bundle: string) => ['1.8.0', '1.8.1'].map((version) => ({ version, bundle }));

/** Small services instead of the real ones, two releases each; of auth-service the second does not come up. */
export const SMALL_SERVICES = {
  dist: fileURLToPath(new URL('./fixtures/', import.meta.url)),
  releases: {
    'web-api': releases('small-service'),
    'auth-service': releases('first-release-only'),
    'payment-worker': releases('small-service'),
    operator: releases('small-service'),
  },
};

/** False, and the test is skipped, when a program is missing; where it must not be missing the test fails. */
export async function havePrograms(t: TestContext): Promise<boolean> {
  for (const name of ['otelcol', 'versitygw', 'redis'] as const) {
    const missing = await resolveProgram(name, { build: false }).then(
      () => undefined,
      (error: Error) => error,
    );
    if (missing === undefined) continue;
    if (process.env.CI) throw missing;
    t.skip(missing.message);
    return false;
  }
  return true;
}

/** A target with a state folder and an S3 root of its own; stopped and removed after the test. */
export async function makeTarget(
  t: TestContext,
  options: Partial<EmbeddedOptions> = {},
): Promise<{ target: EmbeddedTarget; s3Root: string; stateDir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'infra-test-'));
  const [s3Root, stateDir] = [join(dir, 's3'), join(dir, 'state')];
  const target = new EmbeddedTarget({ s3Root, stateDir, services: SMALL_SERVICES, ...options });
  t.after(async () => {
    await target.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return { target, s3Root, stateDir };
}

/** Polls until the condition gives something; fails after the deadline. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  { seconds = 15 }: { seconds?: number } = {},
): Promise<T> {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    const value = await condition();
    if (value) return value;
    await sleep(25);
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

/** All raw objects, unpacked; protobuf keeps strings as they are, so that ids can be looked for. */
export async function rawText(s3Root: string, signal: 'logs' | 'metrics' | 'traces'): Promise<string> {
  const root = join(s3Root, 'raw');
  const files = await readdir(root, { recursive: true }).catch(() => []);
  const wanted = files.filter((path) => path.includes(`${signal}_`) && path.endsWith('.binpb.gz'));
  const objects = await Promise.all(wanted.map(async (path) => gunzipSync(await readFile(join(root, path)))));
  return objects.map((object) => object.toString('latin1')).join('\n');
}

/** Whether a process runs; a zombie does not. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return !/^\d+ \(.*\) Z/.test(stat);
}
