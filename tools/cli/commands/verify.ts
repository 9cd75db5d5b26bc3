import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { verifyDataset } from '../../../converters/dataset/verify.ts';
import { problems } from '../../../converters/ocsf/validate.ts';
import { interruptible } from '../interrupt.ts';
import { jsonOption } from '../options.ts';
import { places } from '../places.ts';
import { runSteps } from '../steps.ts';

export const verifyCommand = (finish: (code: number) => void) =>
  new Command('verify')
    .description('is a fetched dataset whole and valid? Says so, or what is wrong and where')
    .argument('<folder>', 'a dataset folder, or a run id in data/')
    .option('--quick', 'checksums and counts only: do not validate every event against the OCSF schema')
    .addOption(jsonOption())
    .action((folder: string, { quick = false, json = false }: { quick?: boolean; json?: boolean }) =>
      interruptible(async (signal) => {
        const isFolder = await stat(folder).then(
          (info) => info.isDirectory(),
          () => false,
        );
        const directory = isFolder ? resolve(folder) : join(places.data, folder);
        let report: Awaited<ReturnType<typeof verifyDataset>> | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Verifying ${directory}`,
              run: async (update) => {
                report = await verifyDataset({
                  directory,
                  signal,
                  onProgress: ({ text }) => update(text),
                  ...(quick ? {} : { validateEvent: problems }),
                });
              },
            },
          ],
        });
        if (!report) return;
        finish(report.findings.length === 0 ? 0 : 1);
        if (json) console.log(JSON.stringify(report, null, 2));
        else {
          for (const { path, problem } of report.findings) console.log(`✖ ${path}: ${problem}`);
          console.log(
            report.findings.length === 0
              ? `✔ whole and valid: ${report.files} files, ${report.rows} rows, ${report.events_validated} events against OCSF 1.8.0`
              : `${report.findings.length} problem(s)`,
          );
        }
      }),
    );
