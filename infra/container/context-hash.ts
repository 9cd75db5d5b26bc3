import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const CONTEXT_ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** What an image is built from, relative to the repository; .dockerignore lets in the same. */
export const CONTEXT = [
  'package.json',
  'package-lock.json',
  'infra/package.json',
  'infra/docker/images',
  'infra/collector',
  'infra/prometheus',
  'loadtests/package.json',
  'loadtests/runner/package.json',
  'converters/package.json',
  'tools/package.json',
  'services',
] as const;

const LEFT_OUT = /(^|\/)(node_modules|dist|testing|fixtures)(\/|$)|\.test\.ts$|^infra\/.*\.ts$/;

interface Context {
  readonly root: string;
  readonly paths?: readonly string[];
  /** Paths that match it are not looked at. */
  readonly leftOut?: RegExp;
}

/** Changes when, and only when, `salt` does, or the name or content of a file that an image is built from. */
export function contextHash({
  root,
  paths = CONTEXT,
  leftOut = LEFT_OUT,
  salt = '',
}: Context & { readonly salt?: string }): string {
  const hash = createHash('sha256').update(`${salt}\0`);
  for (const file of contextFiles({ root, paths, leftOut })) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Sorted, relative to `root`. */
export const contextFiles = ({ root, paths = CONTEXT, leftOut = LEFT_OUT }: Context): string[] =>
  paths.flatMap((path) => filesUnder(root, path, leftOut)).sort();

function filesUnder(root: string, path: string, leftOut: RegExp): string[] {
  if (leftOut.test(path)) return [];
  const entries = listing(join(root, path));
  if (entries === undefined) return [path];
  return entries.flatMap((name) => filesUnder(root, `${path}/${name}`, leftOut));
}

function listing(folder: string): string[] | undefined {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return undefined;
    throw error;
  }
}
