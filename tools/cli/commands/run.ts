import { Command } from 'commander';
import { EXPORT_OUTPUTS } from '../environment-stack.ts';
import { CliError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import {
  nameRun,
  type TargetOptions,
  type TrafficOptions,
  withTargetOptions,
  withTrafficOptions,
} from '../options.ts';
import { DatasetRun } from '../run/dataset-run.ts';
import { printMade } from '../run/report.ts';
import { runSteps } from '../steps.ts';

export const runCommand = (finish: (code: number) => void) =>
  withTargetOptions(withTrafficOptions(new Command('run')))
    .description(
      'makes a dataset: starts a stack, sends traffic, converts, and leaves the result in data/<run-id>',
    )
    .action((options: TrafficOptions & TargetOptions) =>
      interruptible(async (signal) => {
        const { json = false, target, keep = false } = options;
        if (keep && target !== 'docker')
          throw new CliError(
            'OPTION_INVALID',
            '--keep is for --target docker: an embedded stack ends with its command; `npx faultline control` holds one up',
          );
        const { runId, seed } = nameRun(options);
        if (!json) process.stderr.write(`run ${runId}, seed ${seed}\n`);
        const run = await DatasetRun.open({
          runId,
          docker: target === 'docker' ? { stack: options.stack, keep } : undefined,
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
          if (run.resumable)
            process.stderr.write(
              `\n${target === 'docker' ? `the stack ${options.stack} is left up, for it holds the telemetry: ${EXPORT_OUTPUTS}\n` : ''}the telemetry of ${runId} is kept: npx faultline convert ${runId} && npx faultline seal ${runId} && npx faultline fetch ${runId}\n`,
            );
        }
        const made = run.made();
        finish(made.quality.sound ? (made.thresholds_crossed ? 99 : 0) : 3);
        if (json) console.log(JSON.stringify(made));
        else await printMade(made);
      }),
    );
