import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError } from './errors.ts';
import { places } from './places.ts';

/** The folder of a dataset that is named by its path, or by its run id in `data/`. @throws FOLDER_NOT_FOUND */
export async function findDataset(named: string): Promise<string> {
  const candidates = [resolve(named), join(places.data, named)];
  for (const folder of candidates)
    if (
      await stat(folder).then(
        (info) => info.isDirectory(),
        () => false,
      )
    )
      return folder;
  throw new CliError(
    'FOLDER_NOT_FOUND',
    `a dataset folder or a run id in data/ is needed, and neither ${candidates.join(' nor ')} is a folder: "npx faultline ls" lists the datasets, "npx faultline fetch <run-id>" brings one`,
  );
}
