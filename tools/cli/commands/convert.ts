import { Command } from 'commander';
import { type ConvertReport, convertRun } from '../../../converters/convert.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { readRun } from '../../../converters/run/runs.ts';
import { interruptible } from '../interrupt.ts';
import { endpointOption, jsonOption, rawOption, runIdArgument, workersOption } from '../options.ts';
import { rawStore, type StoreOptions } from '../places.ts';
import { runSteps } from '../steps.ts';

interface ConvertOptions extends StoreOptions {
  readonly json?: boolean;
  readonly workers: number;
}

export const convertCommand = (_finish: (code: number) => void) =>
  new Command('convert')
    .description('turns the raw objects of a run into sorted OCSF parts, which `seal` makes a dataset of')
    .argument('<run-id>', 'which run', runIdArgument)
    .addOption(rawOption())
    .addOption(endpointOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .action((runId: RunId, { json = false, workers, ...where }: ConvertOptions) =>
      interruptible(async (signal) => {
        const raw = rawStore(where);
        let report: ConvertReport | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Converting ${runId} from ${raw.url}`,
              run: async (update) => {
                const record = await readRun({ raw, runId });
                report = await convertRun({
                  raw,
                  record,
                  workers,
                  signal,
                  onProgress: ({ objects, rows }) => update(`${objects} raw objects, ${rows} rows`),
                });
                return `${report.objects} raw objects, ${report.validated} events checked against the schema`;
              },
            },
          ],
        });
        console.log(json ? JSON.stringify(report) : `next: npx faultline seal ${runId}`);
      }),
    );
