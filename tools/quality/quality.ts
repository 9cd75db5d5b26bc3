/**
 * `npm run quality -- [folder] [--json]`: how hard a dataset is for standard detectors. Informs, and fails nothing: exit
 * code 0 whatever the figures, 1 where there are none, 2 for wrong use.
 */
import { resolve } from 'node:path';
import { Command } from 'commander';
import { describe, exitCodeOf } from '../cli/errors.ts';
import { interruptible } from '../cli/interrupt.ts';
import { runDetectors } from './detectors.ts';
import { told } from './told.ts';

await new Command('quality')
  .description('Trains standard detectors on a dataset and scores them by its ground truth.')
  .argument('[folder]', 'a dataset folder with its labels', 'data/latest')
  .option('--json', 'print the report as one JSON document')
  .showHelpAfterError('(add --help for the options)')
  .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : 2))
  .action((folder: string, { json = false }: { json?: boolean }) =>
    interruptible(async (signal) => {
      const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
      const report = await runDetectors({ dir: resolve(folder), build: true, signal, onProgress });
      if (report) console.log(json ? JSON.stringify(report, null, 2) : told(report));
    }),
  )
  .parseAsync()
  .catch((error) => {
    process.stderr.write(`error: ${describe(error).message}\n`);
    process.exitCode = exitCodeOf(error);
  });
