import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../converters/bundle.ts';
import { contextHash } from '../container/context-hash.ts';
import { STACKS } from './secrets-file.ts';

const DOCKERFILE = fileURLToPath(new URL('worker.Dockerfile', import.meta.url));

/** Made anew by each `up`; git-ignored. */
export const workerFolder = (stack: string): string => join(STACKS, `${stack}.worker`);

/**
 * What the worker's image is built from: its bundle, made here, and a Dockerfile, in a folder of their own. So an edited converter
 * makes another image of the worker, and none of the services.
 */
export async function workerContext({
  stack,
  nodeImage,
}: {
  stack: string;
  nodeImage: string;
}): Promise<{ folder: string; tag: string }> {
  const { outdir, files } = await bundle('worker', { outdir: workerFolder(stack) });
  await copyFile(DOCKERFILE, join(outdir, 'Dockerfile'));
  const paths = [...files, 'Dockerfile'];
  return { folder: outdir, tag: contextHash({ root: outdir, paths, salt: nodeImage }).slice(0, 12) };
}
