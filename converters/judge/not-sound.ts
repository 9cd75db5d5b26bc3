import { RunError } from '../run/errors.ts';
import type { Quality } from './quality.ts';

/** Keeps a dataset from being published. Holds the judgement, since no dataset has it, and where it was kept. */
export class RunNotSound extends RunError {
  readonly quality: Quality;

  constructor(quality: Quality, kept?: string) {
    const failed = quality.checks.filter(({ gate, ok }) => gate && ok === false);
    const gates = failed.map(
      ({ name, title, figure, limit }) => `${name}: ${figure}, must be ${limit} (${title})`,
    );
    super(
      'RUN_NOT_SOUND',
      `run "${quality.run_id}" must pass every check that gates a dataset, and does not:\n  ${gates.join('\n  ')}\n` +
        `Nothing was published; its telemetry is kept: \`npx faultline seal ${quality.run_id} --force\` publishes it nevertheless, and its manifest then says so` +
        (kept === undefined ? '' : `.\nThe whole judgement: ${kept}`),
    );
    this.name = 'RunNotSound';
    this.quality = quality;
  }
}
