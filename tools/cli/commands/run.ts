import { randomInt } from 'node:crypto';
import { Command, Option } from 'commander';
import { makeRunId, type RunId } from '../../../converters/run/run-id.ts';
import type { RunnerChoice } from '../../../loadtests/load.ts';
import { interruptible } from '../interrupt.ts';
import {
  durationOption,
  jsonOption,
  rateOption,
  runIdArgument,
  runnerOption,
  seedOption,
} from '../options.ts';
import { DatasetRun } from '../run/dataset-run.ts';
import { printMade } from '../run/report.ts';
import { runSteps } from '../steps.ts';

interface RunOptions {
  runId?: RunId;
  seed?: number;
  duration: number;
  rate: number;
  runner: RunnerChoice;
  target: 'embedded';
  json?: boolean;
}

export const runCommand = (finish: (code: number) => void) =>
  new Command('run')
    .description(
      'makes a dataset: starts a stack, sends traffic, converts, and leaves the result in data/<run-id>',
    )
    .addOption(
      new Option('--run-id <id>', 'name of the run (default: from the time and the seed)').argParser(
        runIdArgument,
      ),
    )
    .addOption(seedOption())
    .addOption(durationOption())
    .addOption(rateOption())
    .addOption(runnerOption())
    .addOption(
      new Option('--target <name>', 'where the stack runs').choices(['embedded']).default('embedded'),
    )
    .addOption(jsonOption())
    .action((options: RunOptions) =>
      interruptible(async (signal) => {
        const { seed = randomInt(2 ** 32 - 1), json = false } = options;
        const runId = options.runId ?? makeRunId({ start: new Date(), seed });
        if (!json) process.stderr.write(`run ${runId}, seed ${seed}\n`);
        const run = await DatasetRun.open({
          runId,
          seed,
          rate: options.rate,
          durationS: options.duration,
          runner: options.runner,
          signal,
        });
        try {
          await runSteps({ json, steps: run.steps() });
        } finally {
          await run.close();
        }
        const made = run.made();
        finish(made.quality.sound ? 0 : 3);
        if (json) console.log(JSON.stringify(made));
        else printMade(made);
      }),
    );
