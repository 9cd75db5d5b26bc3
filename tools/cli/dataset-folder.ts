import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { MANIFEST_FILE, type Manifest, parseManifest } from '../../converters/dataset/manifest.ts';
import { errnoOf } from '../../converters/store/files.ts';
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

/** What the folder of a dataset says of itself. @throws FOLDER_NOT_FOUND where it is none; MANIFEST_INVALID */
export async function manifestOf(dir: string): Promise<Manifest> {
  const path = join(dir, MANIFEST_FILE);
  try {
    return parseManifest({ bytes: await readFile(path), where: path });
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw new CliError(
      'FOLDER_NOT_FOUND',
      `${dir} must be a dataset, and has no ${MANIFEST_FILE}: "npx faultline fetch <run-id>" brings one`,
    );
  }
}
