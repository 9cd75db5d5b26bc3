import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { fetchDataset } from '../../../converters/dataset/fetch.ts';
import type { Transferred } from '../../../converters/dataset/transfer.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { interruptible } from '../interrupt.ts';
import { datasetsOption, endpointOption, jsonOption, runIdArgument } from '../options.ts';
import { datasetStore, places, type StoreOptions } from '../places.ts';
import { runSteps } from '../steps.ts';
import { transferTold } from '../transfer.ts';

interface FetchOptions extends StoreOptions {
  to?: string;
  labels?: boolean;
  json?: boolean;
}

export const fetchCommand = (_finish: (code: number) => void) =>
  new Command('fetch')
    .description('copies a dataset from its bucket, every checksum verified')
    .argument('<run-id>', 'which dataset', runIdArgument)
    .option('--to <folder>', 'where to put it (default: data/<run-id>)')
    .option('--labels', 'bring the ground truth too')
    .addOption(datasetsOption())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .action((runId: RunId, { to, labels = false, json = false, ...where }: FetchOptions) =>
      interruptible(async (signal) => {
        const folder = resolve(to ?? join(places.data, runId));
        const datasets = datasetStore(where);
        let fetched: Transferred | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Fetching ${runId} from ${datasets.url}`,
              run: async (update) => {
                fetched = await fetchDataset({
                  datasets,
                  runId,
                  to: folder,
                  labels,
                  signal,
                  onProgress: (progress) => update(transferTold(progress)),
                });
                const { files, bytes, kept } = fetched;
                const before = kept > 0 ? `, ${kept} of them were here` : '';
                return `${files} files, ${(bytes / 1e6).toFixed(1)} MB, checksums verified${before}`;
              },
            },
          ],
        });
        console.log(json ? JSON.stringify({ run_id: runId, folder, ...fetched }) : folder);
      }),
    );
