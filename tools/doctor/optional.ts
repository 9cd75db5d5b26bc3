import { findOnPath } from '../programs/path.ts';
import { PYTHON } from '../python/resolve.ts';
import type { Check } from './doctor.ts';

interface Optional {
  name: string;
  use: string;
  look: Parameters<typeof findOnPath>[0]['wanted'];
}

/** Programs that a run on the embedded target does without. */
export const OPTIONAL: readonly Optional[] = [
  {
    name: 'go',
    use: 'builds otelcol and versitygw where they are neither on PATH nor in the cache',
    look: {
      executables: ['go'],
      versionArgs: ['version'],
      versionPattern: /go(\d+\.\d+(?:\.\d+)?)/,
      range: { from: '1.21' },
    },
  },
  {
    name: 'python3',
    use: 'only `npm run quality`, and the tests that read datasets with other readers',
    look: PYTHON,
  },
  {
    name: 'docker',
    use: 'only the docker target',
    look: {
      executables: ['docker'],
      versionArgs: ['--version'],
      versionPattern: /version (\d+\.\d+\.\d+)/,
      range: { from: '20.10.0' },
    },
  },
  {
    name: 'pulumi',
    use: 'only the docker and aws targets',
    look: {
      executables: ['pulumi'],
      versionArgs: ['version'],
      versionPattern: /v?(\d+\.\d+\.\d+)/,
      range: { from: '3.200.0' },
    },
  },
];

export async function findOptional({
  wanted: { name, use, look },
  env,
  signal,
}: {
  wanted: Optional;
  env: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}): Promise<Check> {
  const { found, rejected } = await findOnPath({ wanted: look, env, signal });
  if (found) return { name, state: 'ok', text: `${found.version}, ${found.path} (${use})` };
  const why = rejected.map(({ path, reason }) => `${path} ${reason}`).join('; ') || 'not on PATH';
  return { name, state: 'optional', text: `${why} (${use})` };
}
