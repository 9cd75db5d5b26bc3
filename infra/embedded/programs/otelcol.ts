import { fileURLToPath } from 'node:url';
import type { Launch } from '../child.ts';
import { BASE_ENV, type LaunchContext } from './context.ts';

const configuration = (name: string) => fileURLToPath(new URL(`../../collector/${name}`, import.meta.url));

/** The collector with the configuration of all targets, and log files as the way in. */
export async function otelcolLaunch({ env, program, state }: LaunchContext): Promise<Launch> {
  return {
    command: program,
    args: ['--config', configuration('otelcol.yaml'), '--config', configuration('files.yaml')],
    env: { ...BASE_ENV, ...env, LOG_DIR: state.logs, QUEUE_DIR: state.queue },
    cwd: state.dir,
  };
}
