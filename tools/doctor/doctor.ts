import { findProgram, type ProgramName } from '../programs/resolve.ts';
import { diskCheck, memoryCheck, nodeCheck, postgresCheck, systemCheck } from './machine.ts';
import { findOptional, OPTIONAL } from './optional.ts';

export interface Check {
  name: string;
  /** `will be made`: absent, but the first run builds or unpacks it. `optional`: absent, and nothing needs it. */
  state: 'ok' | 'will be made' | 'optional' | 'missing';
  /** one line: where it was found and which version, or how it will be had, or what to install */
  text: string;
}

/**
 * What a run needs and whether it is here. Looks only: builds and installs nothing.
 *
 * @param folder  where datasets are to be written; its disk is the one that is looked at
 */
export async function doctor({
  env = process.env,
  folder = process.cwd(),
  signal,
}: {
  env?: NodeJS.ProcessEnv;
  folder?: string;
  signal?: AbortSignal;
} = {}): Promise<Check[]> {
  const needed: ProgramName[] = ['otelcol', 'versitygw', 'redis'];
  return Promise.all([
    systemCheck(),
    nodeCheck(),
    memoryCheck(),
    diskCheck({ name: 'disk for datasets', folder }),
    postgresCheck(),
    ...needed.map((name) => programCheck({ name, env, signal })),
    k6Check({ env, signal }),
    ...OPTIONAL.map((wanted) => findOptional({ wanted, env, signal })),
  ]);
}

interface Surroundings {
  env: NodeJS.ProcessEnv;
  signal: AbortSignal | undefined;
}

async function programCheck({ name, env, signal }: Surroundings & { name: ProgramName }): Promise<Check> {
  const { found, rejected, way, install } = await findProgram(name, { env, signal });
  if (found) return { name, state: 'ok', text: `${found.version}, ${found.path}` };
  const passedOver = rejected.map(({ path, reason }) => `${path} ${reason}`);
  if (way && 'make' in way)
    return { name, state: 'will be made', text: [way.text, ...passedOver].join('; ') };
  const why = [...passedOver, ...(way ? [way.reason] : [])].join('; ');
  return { name, state: 'missing', text: `${why}. Install one of: ${oneLine(install)}` };
}

async function k6Check({ env, signal }: Surroundings): Promise<Check> {
  const { found, rejected, install } = await findProgram('k6', { env, signal });
  if (found) return { name: 'k6', state: 'ok', text: `${found.version}, ${found.path}` };
  const why = rejected.map(({ path, reason }) => `${path} ${reason}`).join('; ') || 'not on PATH';
  const text = `${why}; the bundled runner makes the load. To have it: ${oneLine(install)}`;
  return { name: 'k6', state: 'optional', text };
}

const oneLine = (install: [string, string][]) =>
  install.map(([system, what]) => `${system}: ${what}`).join(' · ');
