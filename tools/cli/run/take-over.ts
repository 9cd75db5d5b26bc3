import type { OpenRun } from '../../../loadtests/campaign/open-run.ts';
import type { Step } from '../steps.ts';

/** Tells that the id was taken over from a run that was killed; no step where it was free. */
export function takeOverSteps({ runId, takenOver }: OpenRun): Step[] {
  if (!takenOver) return [];
  const { owner, removed } = takenOver;
  return [
    {
      title: `Run id ${runId} taken over`,
      run: async () =>
        `the process that made a run of that id (${owner.pid}) is gone; what it left was removed (${removed} objects)`,
    },
  ];
}
