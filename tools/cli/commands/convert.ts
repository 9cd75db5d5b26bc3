import { Command, Option } from 'commander';
import { type ConvertReport, convertRun } from '../../../converters/convert.ts';
import type { Manifest } from '../../../converters/dataset/manifest.ts';
import type { RunRecord } from '../../../converters/run/record.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import { readRun } from '../../../converters/run/runs.ts';
import { openStore } from '../../../converters/store/open.ts';
import type { Partition } from '../../../converters/write/partition.ts';
import { type Foreign, foreignOf, type SourceOptions } from '../foreign.ts';
import { interruptible } from '../interrupt.ts';
import {
  endpointOption,
  jsonOption,
  parseTime,
  partitionOption,
  rawOption,
  runIdArgument,
  workersOption,
} from '../options.ts';
import { rawStore, type StoreOptions } from '../places.ts';
import { rowsOf, sealForeign } from '../seal.ts';
import { runSteps } from '../steps.ts';
import { VERSION } from '../version.ts';

interface ConvertOptions extends StoreOptions, SourceOptions {
  readonly json?: boolean;
  readonly workers: number;
  readonly partition?: Partition;
}

export const convertCommand = (_finish: (code: number) => void) =>
  new Command('convert')
    .description(
      'turns telemetry into OCSF: the raw objects of a run into sorted parts, or what any collector wrote, or a Prometheus holds, into a dataset',
    )
    .argument('[run-id]', 'a run that was made here; `seal` makes a dataset of its parts', runIdArgument)
    .option(
      '--from <url>',
      'telemetry of any collector instead: s3://bucket/prefix, or a folder, of OTLP protobuf or JSON, gzip or plain',
    )
    .option(
      '--from-prometheus <url>',
      'samples of a Prometheus server instead, over its HTTP API: http://host:9090 (a bearer token: FAULTLINE_PROMETHEUS_TOKEN)',
    )
    .option('--match <selector>', 'of its series only these: {job="api"}')
    .option('--to <url>', 'where its dataset goes, as <url>/<run-id>: s3://bucket/prefix, or a folder')
    .addOption(new Option('--run-id <id>', 'name of that dataset').argParser(runIdArgument))
    .addOption(
      new Option(
        '--since <time>',
        'leave out what is older: 2026-11-24T06:00:00Z, or 2h for two hours ago',
      ).argParser(parseTime),
    )
    .addOption(new Option('--until <time>', 'leave out this time and what is newer').argParser(parseTime))
    .addOption(partitionOption())
    .option('--missing', 'convert only what no worker or Lambda function has converted already')
    .addOption(workersOption())
    .addOption(rawOption())
    .addOption(endpointOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Examples:
  faultline convert my-run                                               then: faultline seal my-run
  faultline convert --from ./otlp --to ./out --run-id mine               any collector's files; ./out/mine is the dataset
  faultline convert --from s3://raw/raw/2026/11/24 --to s3://datasets --run-id demo --endpoint http://127.0.0.1:9000
  faultline convert --from-prometheus http://localhost:9090 --since 2h --match '{job="api"}' --to ./out --run-id mine

With --from or --from-prometheus, parts and rejected records lie in the raw bucket (--raw, default: the local one) under the run id.`,
    )
    .action((runId: RunId | undefined, options: ConvertOptions) => {
      const foreign = foreignOf(runId, options);
      return foreign ? convertPlace(foreign, options) : convertOwn(runId as RunId, options);
    });

function convertOwn(
  runId: RunId,
  { json = false, workers, missing = false, ...where }: ConvertOptions,
): Promise<void> {
  return interruptible(async (signal) => {
    const raw = rawStore(where);
    let report: ConvertReport | undefined;
    await runSteps({
      json,
      steps: [
        {
          title: `Converting ${runId} from ${raw.url}`,
          run: async (update) => {
            const record = await readRun({ raw, runId });
            report = await convertRun({
              raw,
              record,
              workers,
              missing,
              signal,
              onProgress: ({ objects, rows }) => update(`${objects} raw objects, ${rows} rows`),
            });
            return `${report.objects} raw objects, ${report.validated} events checked against the schema`;
          },
        },
      ],
    });
    console.log(json ? JSON.stringify(report) : `next: npx faultline seal ${runId}`);
  });
}

function convertPlace(
  { url, to, runId, convert }: Foreign,
  { json = false, workers, partition, ...where }: ConvertOptions,
): Promise<void> {
  return interruptible(async (signal) => {
    const raw = rawStore(where);
    const datasets = openStore(to, { endpoint: where.endpoint });
    let made: { record: RunRecord; report: ConvertReport } | undefined;
    let manifest: Manifest | undefined;
    await runSteps({
      json,
      steps: [
        {
          title: `Converting ${url}`,
          run: async (update) => {
            const versions = { faultline: VERSION, node: process.versions.node };
            made = await convert({ raw, workers, versions, signal }, update);
            return `${made.report.objects} objects, ${made.report.validated} events checked against the schema`;
          },
        },
        {
          title: `Sealing ${runId} into ${datasets.url}`,
          run: async (update) => {
            if (!made) throw new Error('sealed before it was converted');
            manifest = await sealForeign({ raw, datasets, record: made.record, partition, signal }, update);
            return `${rowsOf(manifest)} rows`;
          },
        },
      ],
    });
    if (!made || !manifest) return;
    if (json) console.log(JSON.stringify({ ...made.report, dataset: `${datasets.url}/${runId}`, manifest }));
    else console.log(summary({ runId, dataset: `${datasets.url}/${runId}`, manifest, report: made.report }));
  });
}

function summary(of: { runId: RunId; dataset: string; manifest: Manifest; report: ConvertReport }): string {
  const { inputs } = of.manifest.ledger;
  const lines = Object.entries(inputs).map(
    ([signal, { read, written, duplicate, rejected, outside_window }]) =>
      `  ${signal.padEnd(8)} ${read} read = ${written} written + ${duplicate} duplicate + ${rejected} rejected + ${outside_window} outside of the window`,
  );
  const rejected = Object.entries(of.report.reasons);
  if (rejected.length > 0)
    lines.push(
      `rejected: ${rejected.map(([reason, count]) => `${count} × ${reason}`).join(', ')}; see: npx faultline rejects ${of.runId}`,
    );
  return [of.dataset, ...lines].join('\n');
}
