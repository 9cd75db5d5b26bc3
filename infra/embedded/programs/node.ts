import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { InfraError } from '../../errors.ts';
import type { Launch } from '../child.ts';
import { BASE_ENV, type LaunchContext } from './context.ts';

/** A built service: the telemetry bundle first, so that it can wrap what the service requires. */
export async function nodeLaunch(
  { env, program }: LaunchContext,
  { dist, bundle }: { dist: string; bundle: string },
): Promise<Launch> {
  const telemetry = join(dist, 'telemetry.cjs');
  const main = join(dist, `${bundle}.cjs`);
  for (const file of [telemetry, main]) {
    await access(file).catch((cause: Error) => {
      throw new InfraError('SERVICES_NOT_BUILT', [file], { cause });
    });
  }
  return { command: program, args: ['--import', telemetry, main], env: { ...BASE_ENV, ...env }, cwd: dist };
}
