/**
 * `npm run quality -- [folder] [--json]`: how hard a dataset is for standard detectors. Informs, and fails nothing: exit
 * code 0 whatever the figures, 1 where there are none, 2 for wrong use.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Command } from 'commander';
import { DETECTORS_FILE } from '../../converters/judge/detectors.ts';
import { describe, exitCodeOf } from '../cli/errors.ts';
import { interruptible } from '../cli/interrupt.ts';
import { runDetectors } from './detectors.ts';
import type { DetectorReport } from './report.ts';
import { told } from './told.ts';

/** The report stays with the dataset, where `faultline verify` reads it; a folder that cannot be written keeps none. */
async function keep({
  report,
  dir,
  onProgress,
}: {
  report: DetectorReport;
  dir: string;
  onProgress: (line: string) => void;
}): Promise<void> {
  const file = join(dir, DETECTORS_FILE);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(report, null, 1)}\n`);
    onProgress(`kept in ${file}`);
  } catch (error) {
    onProgress(`not kept in ${file}: ${(error as Error).message}`);
  }
}

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
      if (!report) return;
      console.log(json ? JSON.stringify(report, null, 2) : told(report));
      await keep({ report, dir: resolve(folder), onProgress });
    }),
  )
  .parseAsync()
  .catch((error) => {
    process.stderr.write(`error: ${describe(error).message}\n`);
    process.exitCode = exitCodeOf(error);
  });
