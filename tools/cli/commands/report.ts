import { resolve } from 'node:path';
import { Command } from 'commander';
import { writeReport } from '../../../converters/report/report.ts';
import { findDataset, manifestOf } from '../dataset-folder.ts';
import { interruptible } from '../interrupt.ts';
import { jsonOption } from '../options.ts';
import { runSteps } from '../steps.ts';

const SHOWS = `
Every dataset of "run" and "seal" comes with report/index.html, which is a part of it and under its checksums. This makes
report/full.html beside it: the same, with the ground truth where labels/ is there, and the scores of detectors where
report/detectors.json is. It is no part of the dataset, and verify takes it as it is. Telemetry of others has no report yet:
this makes one. The page needs nothing from the network, and the same dataset gives the same bytes.`;

export const reportCommand = (_finish: (code: number) => void) =>
  new Command('report')
    .description('draws what happened in a run as one HTML page: timeline, signals, map, requests, quality')
    .argument('<folder>', 'a dataset folder, or a run id in data/')
    .option('--to <file>', 'where to put it (default: report/full.html of the dataset)')
    .addOption(jsonOption())
    .addHelpText('after', SHOWS)
    .action((named: string, { to, json = false }: { to?: string; json?: boolean }) =>
      interruptible(async (signal) => {
        const dir = await findDataset(named);
        const about = await manifestOf(dir);
        let made: Awaited<ReturnType<typeof writeReport>> | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Drawing the report of ${about.run_id}`,
              run: async () => {
                const file = to === undefined ? undefined : resolve(to);
                made = await writeReport({ dir, about, everything: true, to: file, signal });
                return `${(made.bytes / 1e6).toFixed(1)} MB`;
              },
            },
          ],
        });
        if (made) console.log(json ? JSON.stringify({ run_id: about.run_id, ...made }) : made.path);
      }),
    );
