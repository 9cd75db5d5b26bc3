import { Command, Option } from 'commander';
import type { CampaignName } from '../../../loadtests/campaign/plan/campaigns.ts';
import { EXPORT_OUTPUTS } from '../environment-stack.ts';
import { CliError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import {
  campaignOption,
  eventWebhookOption,
  nameRun,
  needEmbedded,
  type TargetOptions,
  type TrafficOptions,
  timeScaleOption,
  withTargetOptions,
  withTrafficOptions,
} from '../options.ts';
import { DatasetRun } from '../run/dataset-run.ts';
import { jobOf } from '../run/job.ts';
import type { Made } from '../run/made.ts';
import { printMade } from '../run/report.ts';
import { parseScenario } from '../scenarios.ts';
import { runSteps } from '../steps.ts';

interface RunOptions extends TrafficOptions, TargetOptions {
  campaign?: CampaignName;
  scenario?: string;
  timeScale?: number;
  labels?: boolean;
  force?: boolean;
  eventWebhookUrl?: string;
}

export const runCommand = (finish: (code: number) => void) =>
  withTargetOptions(withTrafficOptions(new Command('run')))
    .description(
      'makes a dataset: starts a stack, sends traffic, converts, and leaves the result in data/<run-id>',
    )
    .addOption(campaignOption())
    .addOption(
      new Option('--scenario <name>', 'one script of loadtests/scenarios (default: 01-steady)').argParser(
        parseScenario,
      ),
    )
    .addOption(timeScaleOption())
    .option('--labels', 'bring the ground truth into data/<run-id> too')
    .option('--force', 'publish the dataset even if a check fails that gates it; its manifest then says so')
    .addOption(eventWebhookOption())
    .action((options: RunOptions) =>
      interruptible(async (_signal, interrupt) => {
        const { json = false, target, keep = false, eventWebhookUrl } = options;
        needEmbedded(target, { eventWebhookUrl });
        if (keep && target !== 'docker')
          throw new CliError(
            'OPTION_INVALID',
            '--keep is for --target docker: an embedded stack ends with its command; `npx faultline control` holds one up',
          );
        const { runId, seed } = nameRun(options);
        const { campaign, scenario, rate, duration: durationS, timeScale } = options;
        const job = jobOf({ target, campaign, scenario, seed, rate, durationS, timeScale });
        if (!json) process.stderr.write(`run ${runId}, seed ${seed}\n`);
        const run = await DatasetRun.open({
          runId,
          docker: target === 'docker' ? { stack: options.stack, keep } : undefined,
          ...{ seed, job, interrupt },
          runner: options.runner,
          labels: options.labels ?? false,
          force: options.force ?? false,
          eventWebhookUrl,
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
        finish(exitCodeOf(made));
        if (json) console.log(JSON.stringify(made));
        else await printMade(made);
      }),
    );

/** Unsound data counts more than a threshold, and that the traffic was ended early most: somebody asked for it. */
function exitCodeOf({ interrupted, quality, thresholds_crossed }: Made): number {
  if (interrupted) return 130;
  if (!quality.sound) return 3;
  return thresholds_crossed ? 99 : 0;
}
