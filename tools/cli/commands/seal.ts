import { Command } from 'commander';
import { formatQuality } from '../../../converters/judge/format.ts';
import type { Quality } from '../../../converters/judge/quality.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { readRun } from '../../../converters/run/runs.ts';
import type { Partition } from '../../../converters/write/partition.ts';
import { interruptible } from '../interrupt.ts';
import {
  datasetsOption,
  endpointOption,
  jsonOption,
  partitionOption,
  rawOption,
  runIdArgument,
} from '../options.ts';
import { datasetStore, rawStore, type StoreOptions } from '../places.ts';
import { rowsOf, sealAndJudge, sealForeign } from '../seal.ts';
import { runSteps } from '../steps.ts';

interface SealCommandOptions extends StoreOptions {
  json?: boolean;
  force?: boolean;
  partition?: Partition;
}

export const sealCommand = (finish: (code: number) => void) =>
  new Command('seal')
    .description(
      'merges the parts of a run into one dataset, judges it, and publishes it with its manifest last',
    )
    .argument('<run-id>', 'which run', runIdArgument)
    .option('--force', 'publish it even if a check fails that gates it; its manifest then says so')
    .addOption(partitionOption())
    .addOption(rawOption())
    .addOption(datasetsOption())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .action((runId: RunId, { json = false, force = false, partition, ...where }: SealCommandOptions) =>
      interruptible(async (signal) => {
        const raw = rawStore(where);
        const datasets = datasetStore(where);
        const of = { raw, datasets, partition, signal };
        let quality: Quality | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Sealing ${runId} into ${datasets.url}`,
              run: async (update) => {
                const record = await readRun({ raw, runId });
                if (record.target === 'foreign')
                  return `${rowsOf(await sealForeign({ ...of, record }, update))} rows`;
                const sealed = await sealAndJudge({ ...of, record, force, update });
                quality = sealed.quality;
                return `${sealed.rows} rows`;
              },
            },
          ],
        });
        if (!quality) return;
        finish(quality.sound ? 0 : 3);
        if (json) console.log(JSON.stringify(quality));
        else if (!quality.sound) console.log(formatQuality(quality));
        if (!json) console.log(`next: npx faultline fetch ${runId}`);
      }),
    );
