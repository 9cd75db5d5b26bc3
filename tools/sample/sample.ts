import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesBelow } from '../../converters/dataset/files-below.ts';

/** The dataset that lies in the repository, so that people can look before they run anything. */
export const SAMPLE = fileURLToPath(new URL('../../examples/sample', import.meta.url));
export const MOST_BYTES = 5_000_000;

/**
 * One fault of the quick campaign, at a fifth of its rate: of a whole one the metrics alone have more than `MOST_BYTES`, since
 * they come at any rate. It is a run like any other, whole and labelled.
 */
export const RUN = {
  runId: 'sample',
  env: { FAULTLINE_BASELINE: '45s', FAULTLINE_COOLDOWN: '25s' },
  args: ['--scenario', '05-slow-query', '--seed', '8', '--rate', '4'],
} as const;

/** Of all files below a folder. */
export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const path of await filesBelow(folder)) bytes += (await stat(join(folder, path))).size;
  return bytes;
}
