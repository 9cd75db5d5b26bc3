import { join } from 'node:path';
import type { Quality } from '../../../converters/judge/quality.ts';
import type { TestStack } from '../../../infra/docker/testing/test-stack.ts';
import type { Made } from '../run/made.ts';
import { start } from './command.ts';

export interface MadeDataset extends Pick<Made, 'folder' | 'rows' | 'seconds' | 'stack_memory'> {
  readonly quality: Quality;
  readonly thresholds_crossed: boolean;
  /** Exit code of the command. */
  readonly code: number | null;
  /** What the client wrote of its requests. */
  readonly pointsFile: string;
}

/**
 * `faultline run` on a stack of containers, as a user starts it.
 * @param onTraffic called when the traffic begins
 * @throws when the command made no dataset
 */
export async function makeDataset({
  folder,
  stack,
  runId,
  traffic,
  onTraffic,
}: {
  folder: string;
  stack: Pick<TestStack, 'name' | 'env'>;
  runId: string;
  /** Options of the traffic, as the command takes them. */
  traffic: readonly string[];
  onTraffic?: () => void;
}): Promise<MadeDataset> {
  const where = ['--target', 'docker', '--stack', stack.name];
  const { ended } = start({
    folder,
    args: ['run', '--json', '--run-id', runId, '--runner', 'node', ...where, ...traffic],
    env: stack.env,
    onLine: (line) => {
      if (/"step":"Traffic.*"state":"started"/.test(line)) onTraffic?.();
    },
  });
  const { code, stdout, stderr } = await ended;
  if (!stdout.startsWith('{')) throw new Error(`run ended with ${code}\n${stderr}`);
  const made = JSON.parse(stdout) as Made;
  return { ...made, code, pointsFile: join(folder, '.faultline/stacks', runId, 'client/client.ndjson') };
}
