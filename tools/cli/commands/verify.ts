import { Command } from 'commander';
import { checkOf } from '../../../converters/dataset/checks.ts';
import { type VerifyReport, verifyDataset } from '../../../converters/dataset/verify.ts';
import { problems } from '../../../converters/ocsf/validate.ts';
import { findDataset } from '../dataset-folder.ts';
import { CliError } from '../errors.ts';
import { interruptible } from '../interrupt.ts';
import { datasetsOption, endpointOption, jsonOption } from '../options.ts';
import { datasetStore, type StoreOptions } from '../places.ts';
import { runSteps } from '../steps.ts';

const KNOWS = `
What it knows: every file has the bytes that the manifest names, and SHA256SUMS too; rows are as many as it says, in order,
once and in its window; the ledger adds up; every event is valid OCSF 1.8.0. Labels, where they were brought, lie in the
window too, and are of events that are there.
A check that was not made in full has a dash and says what is left out: with --quick, whether each event is valid and is the
same one, flat and nested; and what is in files that are damaged or missing.
The manifest itself is under no checksum. It must agree with the files on what they tell too (run id, window, counts). The
rest of it (seed, target, versions) is compared with its original in the bucket; without that, it is taken as it is.
Nothing is signed: whoever can write the bucket can make another dataset that is whole and valid.`;

interface VerifyOptions extends StoreOptions {
  quick?: boolean;
  json?: boolean;
}

export const verifyCommand = (finish: (code: number) => void) =>
  new Command('verify')
    .description('is a fetched dataset whole and valid? Says so, or what is wrong and where')
    .argument('<folder>', 'a dataset folder, or a run id in data/')
    .option(
      '--quick',
      'checksums and counts only: events are neither validated against the OCSF schema nor compared one by one',
    )
    .addOption(datasetsOption())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .addHelpText('after', KNOWS)
    .action((named: string, { quick = false, json = false, ...where }: VerifyOptions) =>
      interruptible(async (signal) => {
        const directory = await findDataset(named);
        const datasets = datasetStore(where);
        let report: VerifyReport | undefined;
        await runSteps({
          json,
          steps: [
            {
              title: `Verifying ${directory}`,
              run: async (update) => {
                report = await verifyDataset({
                  directory,
                  datasets,
                  signal,
                  onProgress: ({ text }) => update(text),
                  ...(quick ? {} : { validateEvent: problems }),
                });
                if (report.findings.length > 0) throw new Error(counted(report.findings.length, 'problem'));
              },
            },
          ],
        }).catch((error) => {
          if (!report) throw error; // else the findings say it better
        });
        if (!report) return;
        finish(report.findings.length === 0 ? 0 : 1);
        if (json) console.log(JSON.stringify(report, null, 2));
        else console.log(told(report, datasets.url));
        if (where.datasets !== undefined && report.manifest_compared_with === null)
          throw new CliError(
            'NOT_COMPARED',
            `the dataset must be in ${datasets.url} for its manifest to be compared, and is not: name another bucket, or leave --datasets out`,
          );
      }),
    );

function told(
  {
    checks,
    findings,
    files,
    rows,
    events_validated,
    forced,
    manifest_compared_with,
    detectors,
  }: VerifyReport,
  bucket: string,
) {
  const lines = checks.flatMap(({ name, ok, problems, says }) => [
    `${ok ? '✔' : ok === null ? '–' : '✖'} ${name.padEnd(9)}  ${ok === false ? counted(problems, 'problem') : says}`,
    ...findings
      .filter((found) => checkOf(found) === name)
      .map(({ path, problem }) => `    ${path}: ${problem}`),
  ]);
  if (findings.length > 0) return [...lines, counted(findings.length, 'problem')].join('\n');
  const events = events_validated > 0 ? `, ${counted(events_validated, 'event')} against OCSF 1.8.0` : '';
  const manifest =
    manifest_compared_with === null
      ? `its manifest was not compared with the original: ${bucket} does not have this dataset (--datasets names another bucket)`
      : `its manifest is the one in ${manifest_compared_with}`;
  const unsound =
    forced.length > 0
      ? `\n! it was published though it failed ${forced.join(', ')}: see report/quality.json`
      : '';
  const left = checks.filter(({ ok }) => ok === null).map(({ name }) => name);
  const sound = left.length === 0 ? 'whole and valid' : `whole, not all looked at (${left.join(', ')})`;
  return `${lines.join('\n')}\n✔ ${sound}: ${counted(files, 'file')}, ${counted(rows, 'row')}${events}\n  ${manifest}${unsound}${detectorsTold(detectors)}`;
}

function detectorsTold(checks: VerifyReport['detectors']): string {
  if (!checks) return '';
  const short = checks.filter(({ ok }) => ok === false);
  const list = short.map(({ title, figure, limit }) => `${title} ${figure} (${limit})`).join('; ');
  return `\n  standard detectors, by report/detectors.json, which is under no checksum: ${list || 'every band kept'}`;
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
