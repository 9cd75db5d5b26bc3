import { fileURLToPath } from 'node:url';
import type { Launch } from '../child.ts';
import { BASE_ENV, type LaunchContext } from './context.ts';

const configuration = (name: string) => fileURLToPath(new URL(`../../collector/${name}`, import.meta.url));

// Otherwise lines that were read, and counted as read in the stored offsets, wait up to 100 ms in memory for a batch:
// a kill in that moment would lose them.
const GATES = '--feature-gates=stanza.synchronousLogEmitter';

/** The collector with the configuration of all targets, and log files as the way in. */
export async function otelcolLaunch({ env, program, state }: LaunchContext): Promise<Launch> {
  return {
    command: program,
    args: [GATES, '--config', configuration('otelcol.yaml'), '--config', configuration('files.yaml')],
    env: { ...BASE_ENV, ...env, LOG_DIR: state.logs, QUEUE_DIR: state.queue },
    cwd: state.dir,
  };
}
