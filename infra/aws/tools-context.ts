import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTEXT_ROOT, contextFiles, contextHash } from '../container/context-hash.ts';

const TOOLS = ['package.json', 'package-lock.json', 'infra', 'services', 'loadtests', 'converters', 'tools'];
const LEFT_OUT =
  /(^|\/)(node_modules|dist|testing|fixtures|__pycache__)(\/|$)|\.test(-world)?\.\w+$|^infra\/docker\/testing/;
const DOCKERFILE = fileURLToPath(new URL('images/tools.Dockerfile', import.meta.url));

/** What is made for an `up` of a stack, by its name; git-ignored. */
export const stackFolder = (stack: string): string => join(CONTEXT_ROOT, '.faultline/aws', stack);

/** The sources of the commands, without tests, and a Dockerfile, in a folder of their own; a tag that changes when they do. */
export function toolsContext({ stack, salt }: { stack: string; salt: string }): {
  folder: string;
  tag: string;
} {
  const folder = join(stackFolder(stack), 'tools');
  rmSync(folder, { recursive: true, force: true });
  const files = contextFiles({ root: CONTEXT_ROOT, paths: TOOLS, leftOut: LEFT_OUT });
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(CONTEXT_ROOT, file), join(folder, file));
  }
  cpSync(DOCKERFILE, join(folder, 'Dockerfile'));
  const paths = [...files, 'Dockerfile'];
  return { folder, tag: contextHash({ root: folder, paths, leftOut: LEFT_OUT, salt }).slice(0, 12) };
}
