#!/usr/bin/env node
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { register } from 'tsx/esm/api';
import { compiledFolder, root } from '../../converters/compiled/folder.js';

/** As in row-commands.ts. */
const COMPILED = ['convert', 'seal'];

// Who reads the output may have seen enough (`| head`): the work goes on.
process.stdout.on('error', (error) => {
  if (error.code !== 'EPIPE') throw error;
});

const { main } = (await compiled().catch(() => undefined)) ?? (await asTypeScript());
process.exitCode = await main(process.argv);

/** Undefined where the command is none of those; rejects where it could not be compiled. */
async function compiled() {
  if (!COMPILED.includes(process.argv[2])) return undefined;
  const { folder, exists } = await compiledFolder();
  if (!exists)
    await promisify(execFile)(process.execPath, [
      '--import',
      import.meta.resolve('tsx'),
      join(root, 'converters/compiled/make.ts'),
    ]);
  return import(pathToFileURL(join(folder, 'commands.mjs')).href);
}

async function asTypeScript() {
  register();
  return import('./main.ts');
}
