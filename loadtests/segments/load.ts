import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { ObjectStore } from '../../converters/store/store.ts';
import { CampaignError } from '../campaign/errors.ts';
import type { Load, LoadOptions } from '../campaign/load-here.ts';
import { type RunnerChoice, sumUp } from '../load.ts';
import { EXIT } from '../runner/errors.ts';
import { type Conducted, conduct } from './conduct.ts';
import type { Launcher } from './launcher.ts';
import { resultOf } from './result.ts';

/** The traffic of a script from several processes, each of which sends a segment. */
export const segmentedLoad =
  ({
    raw,
    runId,
    scenario,
    segments,
    runner,
    launcher,
    onConducted,
    pollMs,
  }: {
    raw: ObjectStore;
    runId: string;
    scenario: string;
    segments: number;
    runner: RunnerChoice;
    launcher: Launcher;
    onConducted?: (conducted: Conducted) => void;
    pollMs?: number;
  }): Load =>
  async ({ script, out, env, signal, cutOff, onProgress }) => {
    await rehearse({ script, out, env });
    const conducted = await conduct({
      ...{ raw, runId, launcher, signal, cutOff, onProgress },
      job: { scenario, segments, runner, env },
      ...(pollMs === undefined ? {} : { pollMs }),
    });
    onConducted?.(conducted);
    const { load, segments: ended } = conducted;
    const folder = dirname(out);
    return resultOf({ raw, runId, load, segments: ended, script, env, pointsFile: out, folder });
  };

/** A script that cannot be summed up here is refused before any traffic: its points would be lost. @throws TRAFFIC_FAILED */
async function rehearse({ script, out, env }: Pick<LoadOptions, 'script' | 'out' | 'env'>): Promise<void> {
  await writeFile(out, '');
  const { exitCode, log } = await sumUp({ script, pointsFile: out, env });
  if (exitCode !== EXIT.ok && exitCode !== EXIT.thresholdsFailed)
    throw new CampaignError(
      'TRAFFIC_FAILED',
      `the script ${script} must load here too, where the points of all segments are summed up, it ended with exit code ${exitCode}:\n${log.trim()}`,
    );
}
