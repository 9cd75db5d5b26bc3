import { join } from 'node:path';
import type { Manifest } from '../dataset/manifest.ts';
import { ConverterError, throwIfStopped } from '../errors.ts';
import { inLanes } from '../lanes.ts';
import type { ObjectStore } from '../store/store.ts';

/** Files on their way at once; of a large one, a piece of it is held. */
const AT_ONCE = 6;

/**
 * Puts the files, then the manifest with create only: from then on the dataset is there. Until then no reader trusts a file, so
 * that a build that was broken off is done again over its remains.
 * @throws `CANCELLED`; `MANIFEST_DIFFERS` where another dataset has this run id; its files are left as they are
 */
export async function publish({
  datasets,
  dir,
  manifest,
  signal,
}: {
  datasets: ObjectStore;
  dir: string;
  manifest: Manifest;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const what = `sealing run ${manifest.run_id}`;
  const key = `${manifest.run_id}/manifest.json`;
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  if (await datasets.head(key)) return same({ datasets, key, text });
  await inLanes({
    ...{ items: manifest.files, count: AT_ONCE, signal, what },
    lane:
      () =>
      ({ path }) =>
        datasets.put(`${manifest.run_id}/${path}`, { file: join(dir, path) }),
  });
  throwIfStopped({ signal, what });
  try {
    await datasets.put(key, Buffer.from(text, 'utf8'), {
      ifNoneMatch: true,
      contentType: 'application/json',
    });
  } catch (error) {
    if ((error as { code?: string }).code !== 'OBJECT_EXISTS') throw error;
    await same({ datasets, key, text });
  }
}

async function same({
  datasets,
  key,
  text,
}: {
  datasets: ObjectStore;
  key: string;
  text: string;
}): Promise<void> {
  const there = Buffer.from(await datasets.get(key)).toString('utf8');
  if (there === text) return;
  throw new ConverterError(
    'MANIFEST_DIFFERS',
    `${datasets.url}/${key} is another dataset: ${difference(there, text)}`,
  );
}

/** The first top-level member in which two manifests differ. */
function difference(there: string, here: string): string {
  try {
    const a = JSON.parse(there) as Record<string, unknown>;
    const b = JSON.parse(here) as Record<string, unknown>;
    const name = Object.keys({ ...a, ...b }).find((key) => JSON.stringify(a[key]) !== JSON.stringify(b[key]));
    return name ? `its ${name} differs` : 'it is formatted otherwise';
  } catch {
    return 'it is no JSON';
  }
}
