import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type LoadResult, runScenario } from '../load.ts';
import { CONTROL_TOKEN } from './control.ts';
import type { Point } from './run.ts';
import type { TestServer } from './server.ts';

/** Seconds instead of minutes. */
export const SHORT = {
  ...{ FAULTLINE_BASELINE: '2s', FAULTLINE_CHANGE: '1s', FAULTLINE_HOLD: '2s', FAULTLINE_COOLDOWN: '2s' },
  ...{ FAULTLINE_RATE: '40', FAULTLINE_SEED: '7' },
};

export const scriptOf = (name: string) => fileURLToPath(new URL(`../scenarios/${name}.ts`, import.meta.url));

/** Runs a script of a scenario as it is, by the bundled runner; the points file is there until the test ends. */
export async function runPlanned(
  t: TestContext,
  {
    scenario,
    storefront,
    control,
    env = {},
    ...options
  }: {
    scenario: string;
    storefront: TestServer;
    control: TestServer;
    env?: Record<string, string>;
    signal?: AbortSignal;
  },
): Promise<{ result: LoadResult; points: Point[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'planned-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const result = await runScenario({
    script: scriptOf(scenario),
    runner: 'node',
    out: join(folder, 'points.ndjson'),
    env: {
      FAULTLINE_WEB_API_URL: storefront.url,
      FAULTLINE_CONTROL_URL: control.url,
      FAULTLINE_CONTROL_TOKEN: CONTROL_TOKEN,
      ...SHORT,
      ...env,
    },
    ...options,
  });
  const text = await readFile(result.pointsFile, 'utf8').catch(() => '');
  const lines = text.split('\n').filter(Boolean);
  const points = lines.map((line) => JSON.parse(line) as Point).filter(({ type }) => type === 'Point');
  return { result, points };
}
