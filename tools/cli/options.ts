import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { makeRunId, parseRunId, type RunId } from '../../converters/run/run-id.ts';
import { PARTITIONS } from '../../converters/write/partition.ts';
import { CAMPAIGN_NAMES } from '../../loadtests/campaign/plan/campaigns.ts';
import type { RunnerChoice } from '../../loadtests/load.ts';
import { CliError } from './errors.ts';
import type { TargetKind } from './stacks.ts';

/** `90s`, `3m`, `2h` or `1m30s` → seconds. */
export function parseDuration(text: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text);
  const [, hours = '0', minutes = '0', seconds = '0'] = match ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (!match || total === 0)
    throw new InvalidArgumentError(
      `a duration is written as 90s, 3m or 1h30m and is more than 0, got "${text}".`,
    );
  if (total > 24 * 3600) throw new InvalidArgumentError(`a run lasts at most 24h, got "${text}".`);
  return total;
}

/** Requests a second. */
export function parseRate(text: string): number {
  const rate = Number(text);
  if (!(rate > 0) || rate > 1000 || text.trim() === '')
    throw new InvalidArgumentError(
      `a rate is a number of requests a second above 0 and at most 1000, got "${text}".`,
    );
  return rate;
}

/** `2026-11-24T06:00:00Z`, or how long ago: `2h`. → epoch ms */
export function parseTime(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}(T\S+(Z|[+-]\d{2}:?\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(at)) return at;
  if (/^[\dhms]+$/.test(text)) return Date.now() - 1000 * parseDuration(text);
  throw new InvalidArgumentError(
    `a time is a UTC date, 2026-11-24T06:00:00Z, or how long ago, 2h, got "${text}".`,
  );
}

/** What reads a whole number between two bounds, both allowed; `what` begins the message of what is refused: "a seed is". */
export function wholeNumber(what: string, least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d{1,15}$/.test(text) || value < least || value > most)
      throw new InvalidArgumentError(`${what} a whole number from ${least} to ${most}, got "${text}".`);
    return value;
  };
}

export const parseSeed = wholeNumber('a seed is', 0, 0xffffffff);
const parseWorkers = wholeNumber('workers are', 1, 64);
export const parsePort = wholeNumber('a port is', 1, 65_535);

export function runIdArgument(text: string): RunId {
  try {
    return parseRunId(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

/** Pulumi's own rule for the name of a stack. */
function parseStack(text: string): string {
  if (!/^[A-Za-z0-9_.-]{1,100}$/.test(text))
    throw new InvalidArgumentError(`a stack name has letters, digits, "_", "." and "-" only, got "${text}".`);
  return text;
}

/** Which stack a command brings up. */
export interface TargetOptions {
  target: TargetKind;
  stack: string;
  keep?: boolean;
}

export const withTargetOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--target <name>', 'where the stack runs')
        .choices(['embedded', 'docker'])
        .default('embedded'),
    )
    .addOption(
      new Option('--stack <name>', 'docker: the Pulumi stack').default('local').argParser(parseStack),
    )
    .option('--keep', 'docker: leave the stack up (one that was up before is always left up)');

export const jsonOption = () =>
  new Option('--json', 'print one JSON document on stdout, and progress as JSON lines on stderr');
/** What a command that makes traffic can be told. */
export interface TrafficOptions {
  runId?: RunId;
  seed?: number;
  duration?: number;
  rate?: number;
  runner: RunnerChoice;
  json?: boolean;
}

export const withTrafficOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--run-id <id>', 'name of the run (default: from the time and the seed)').argParser(
        runIdArgument,
      ),
    )
    .addOption(
      new Option('--seed <n>', 'seed of the traffic (default: a random one, printed)').argParser(parseSeed),
    )
    .addOption(
      new Option(
        '--duration <time>',
        'how long the traffic lasts (default: 3m, or the campaign’s)',
      ).argParser(parseDuration),
    )
    .addOption(
      new Option('--rate <n>', 'requests a second (default: 20, or the campaign’s)').argParser(parseRate),
    )
    .addOption(
      new Option(
        '--runner <name>',
        'what runs the scenario script: k6 if it is on PATH, else the bundled runner',
      )
        .choices(['auto', 'k6', 'node'])
        .default('auto'),
    )
    .addOption(jsonOption());

/** Threads that convert. */
export const workersOption = () =>
  new Option('--workers <n>', 'threads that convert')
    .default(availableParallelism(), 'the cores')
    .argParser(parseWorkers);

/** How the nested files of a dataset are divided. */
export const partitionOption = () =>
  new Option(
    '--partition <by>',
    'divide the nested files for data lakes: eventDay puts them under ocsf/<class>/eventDay=YYYYMMDD/ (UTC)',
  ).choices(PARTITIONS);

export const campaignOption = () =>
  new Option(
    '--campaign <name>',
    'quick: all faults once, in 13 min; standard: two hours; none: traffic alone',
  ).choices(CAMPAIGN_NAMES);

export const timeScaleOption = () =>
  new Option(
    '--time-scale <n>',
    'how many times faster than in life the changes hold (default: the campaign’s)',
  ).argParser(parseTimeScale);

function parseTimeScale(text: string): number {
  const scale = Number(text);
  if (!(scale >= 1) || scale > 1000 || text.trim() === '')
    throw new InvalidArgumentError(`a time scale is a number from 1 to 1000, got "${text}".`);
  return scale;
}

/** The run that the options name, or one of a new seed and id. */
export function nameRun({ runId, seed = randomInt(2 ** 32 - 1) }: TrafficOptions): {
  runId: RunId;
  seed: number;
} {
  return { runId: runId ?? makeRunId({ start: new Date(), seed }), seed };
}

export const eventWebhookOption = () =>
  new Option(
    '--event-webhook-url <url>',
    'embedded: where the S3 server sends notifications of raw objects; `faultline worker` says its own',
  )
    .env('FAULTLINE_EVENT_WEBHOOK_URL')
    .argParser(parseWebhookUrl);

function parseWebhookUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol))
    throw new InvalidArgumentError('a webhook is http://host[:port]/path or https://host[:port]/path.');
  return text;
}

/** @throws `OPTION_INVALID` */
export function needEmbedded(
  target: TargetKind,
  { eventWebhookUrl }: { eventWebhookUrl?: string | undefined },
): void {
  if (eventWebhookUrl === undefined || target === 'embedded') return;
  throw new CliError(
    'OPTION_INVALID',
    '--event-webhook-url is for --target embedded: the S3 server of another stack has notification settings of its own',
  );
}

export const rawOption = () =>
  new Option('--raw <url>', 'bucket of the raw objects: s3://bucket, or a folder')
    .env('FAULTLINE_RAW')
    .default(undefined, 'the local one');
export const datasetsOption = () =>
  new Option('--datasets <url>', 'bucket of the datasets: s3://bucket, or a folder')
    .env('FAULTLINE_DATASETS')
    .default(undefined, 'the local one');
export const endpointOption = () =>
  new Option(
    '--endpoint <url>',
    'S3 endpoint for s3:// URLs (credentials: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY)',
  ).env('AWS_ENDPOINT_URL_S3');
