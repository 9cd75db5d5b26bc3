import { Command } from 'commander';
import { publishDataset } from '../../../converters/dataset/publish.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { openStore } from '../../../converters/store/open.ts';
import { interruptible } from '../interrupt.ts';
import { datasetsOption, endpointOption, jsonOption, runIdArgument } from '../options.ts';
import { datasetStore, type StoreOptions } from '../places.ts';
import { runSteps } from '../steps.ts';
import { transferTold } from '../transfer.ts';

interface PublishCommandOptions extends StoreOptions {
  to: string;
  labels: boolean;
  json?: boolean;
}

const ABOUT = `
A reader there sees nothing before the manifest, which is put last; a dataset of this run id that is another one is left as it
is. Broken off, the same command goes on: files that are there with their checksums are kept, large ones go on within.
--endpoint is for both sides, where they are s3://. The credentials come from the environment or the profile, as for AWS tools.`;

export const publishCommand = (_finish: (code: number) => void) =>
  new Command('publish')
    .description('copies a sealed dataset to a bucket or folder, where others find it')
    .argument('<run-id>', 'which dataset', runIdArgument)
    .requiredOption('--to <url>', 'where: s3://bucket[/prefix], or a folder; it comes there under its run id')
    .option('--no-labels', 'the ground truth stays here')
    .addOption(datasetsOption())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .addHelpText('after', ABOUT)
    .action((runId: RunId, { to: url, labels, json = false, ...where }: PublishCommandOptions) =>
      interruptible(async (signal) => {
        const datasets = datasetStore(where);
        const to = openStore(url, where.endpoint === undefined ? {} : { endpoint: where.endpoint });
        let published: Awaited<ReturnType<typeof publishDataset>> | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Publishing ${runId} from ${datasets.url} to ${to.url}`,
              run: async (update) => {
                published = await publishDataset({
                  ...{ datasets, runId, to, labels, signal },
                  onProgress: (progress) => update(transferTold(progress)),
                });
                const { files, bytes, kept } = published;
                const before = kept > 0 ? `, ${kept} of them were there` : '';
                return `${files} files, ${(bytes / 1e6).toFixed(1)} MB${before}`;
              },
            },
          ],
        });
        const place = `${to.url}/${runId}`;
        console.log(json ? JSON.stringify({ run_id: runId, url: place, ...published }) : place);
      }),
    );
