import type { TestContext } from 'node:test';
import { engineMissing } from './engine.ts';
import { tryDocker } from './images/docker.ts';
import { STAND_INS } from './images/stand-ins.ts';

/**
 * Whether there is an engine that has every image of the stack, official or stand-in. Else the test is skipped, and says
 * what is missing; in CI that is a failure.
 */
export async function needsDocker(t: TestContext): Promise<boolean> {
  const reason = (await engineMissing()) ?? (await imagesMissing());
  if (reason === undefined) return true;
  if (process.env.CI) throw new Error(`${reason}, and CI must run this test`);
  t.skip(reason);
  return false;
}

async function imagesMissing(): Promise<string | undefined> {
  const missing: string[] = [];
  for (const { name } of STAND_INS) {
    if ((await tryDocker(['image', 'inspect', name])).code !== 0) missing.push(name);
  }
  if (missing.length === 0) return undefined;
  const how = 'docker pull them, or npx tsx infra/docker/testing/images/make.ts';
  return `the engine lacks ${missing.join(', ')} (${how})`;
}
