import { dirname } from 'node:path';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { Load } from '../campaign/load-here.ts';
import type { RunnerChoice } from '../load.ts';
import { type Conducted, conduct, type Launcher } from './conduct.ts';
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
    const conducted = await conduct({
      ...{ raw, runId, launcher, signal, cutOff, onProgress },
      job: { scenario, segments, runner, env },
      ...(pollMs === undefined ? {} : { pollMs }),
    });
    onConducted?.(conducted);
    const { segments: ended } = conducted;
    return resultOf({ raw, runId, segments: ended, script, env, pointsFile: out, folder: dirname(out) });
  };
