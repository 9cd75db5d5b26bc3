import { Command } from 'commander';
import { type DatasetEntry, listDatasets } from '../../../converters/dataset/list.ts';
import { datasetsOption, endpointOption, jsonOption } from '../options.ts';
import { datasetStore, type StoreOptions } from '../places.ts';
import { formatTable } from '../table.ts';

export const lsCommand = (_finish: (code: number) => void) =>
  new Command('ls')
    .description('the datasets of a bucket')
    .addOption(datasetsOption())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .action(async ({ json, ...where }: StoreOptions & { json?: boolean }) => {
      const datasets = datasetStore(where);
      const found = await listDatasets({ datasets });
      if (json) {
        console.log(JSON.stringify(found, null, 2));
        return;
      }
      if (found.length === 0) {
        console.log(`no dataset in ${datasets.url} (npm run dataset makes one)`);
        return;
      }
      console.log(
        formatTable(
          ['run', 'seed', 'target', 'campaign', 'from (UTC)', 'minutes', 'rows', 'MB', 'quality'],
          found.map((entry) =>
            'problem' in entry
              ? [entry.run_id, entry.problem]
              : [
                  entry.run_id,
                  String(entry.seed),
                  entry.target,
                  entry.campaign ?? '–',
                  new Date(entry.window.start_ms).toISOString().slice(0, 19),
                  ((entry.window.end_ms - entry.window.start_ms) / 60_000).toFixed(1),
                  String(entry.rows),
                  (entry.bytes / 1e6).toFixed(1),
                  qualityTold(entry),
                ],
          ),
        ),
      );
    });

function qualityTold({ quality, forced }: DatasetEntry): string {
  if (forced.length > 0) return `not sound, forced: ${forced.join(', ')}`;
  if (!quality) return 'not judged';
  if (!quality.sound) return 'not sound';
  return quality.short.length === 0 ? 'sound' : `sound; short of ${quality.short.join(', ')}`;
}
