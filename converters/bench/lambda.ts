/**
 * `npm run bench:lambda [-- --requests 10000 --per-object 625] [--json]`: the Lambda function's bundle as Lambda runs it, but on this computer: a process
 * with nothing but Node, the runtime API and a real S3 server. Sizes, cold starts, objects and rows a second, memory.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { bundle as bundleOf, bundleText } from '../bundle.ts';
import { s3Event, sqsEvent } from '../lambda/events.test-world.ts';
import { LambdaEnvironment } from '../lambda/runtime-api.test-world.ts';
import { encodeRecord, recordKey } from '../run/runs.ts';
import { openStore } from '../store/open.ts';
import { type S3Server, startS3Server } from '../store/s3-server.test-world.ts';
import { benchRecord } from './dataset.ts';
import { rawObjects } from './telemetry.ts';

/** Cold starts, of which the median is told. */
const STARTS = 5;
/** Messages of a queue that one invocation gets. */
const BATCH = 10;

/** Time on the clock and of the processor, ms: where others use the machine too, the second counts. */
interface Took {
  readonly ms: number;
  readonly cpuMs: number;
}

interface ColdStart {
  /** From the start of the process until it asks for its first event. */
  readonly init: Took;
  /** The first invocation, of one object of traces; and the same again. */
  readonly first: Took;
  readonly again: Took;
  readonly rows: number;
}

interface Measured {
  readonly bytes: number;
  readonly zippedBytes: number;
  /** With a function that does nothing. */
  readonly bareInit: Took;
  readonly cold: ColdStart;
  /** Invocations of whole batches. */
  readonly warm: Took & { readonly objects: number; readonly rows: number };
  readonly idleRssBytes: number;
  readonly peakRssBytes: number;
}

interface BenchOptions {
  readonly requests: number;
  readonly perObject: number;
  readonly json?: boolean;
}

await new Command('bench:lambda')
  .description('Measures the Lambda function’s bundle against a runtime API on this computer.')
  .option('--requests <n>', 'how many, of nine rows each', parseRequests, 10_000)
  .option('--per-object <n>', 'requests an object, of eight spans each', parseRequests, 625)
  .option('--json', 'print one JSON document')
  .action(async ({ requests, perObject, json = false }: BenchOptions) => {
    const dir = await mkdtemp(join(tmpdir(), 'bench-lambda-'));
    const server = await startS3Server({ root: join(dir, 's3'), buckets: ['raw'] });
    try {
      if (!server) throw new Error('versitygw is not there: `npx faultline doctor` says how it is made');
      const bundle = await bundleOf('lambda', { outdir: join(dir, 'function') });
      process.stderr.write(`${bundleText(bundle)}\n`);
      const measured = {
        ...(await measure({ dir, server, requests, perObject })),
        bytes: bundle.bytes,
        zippedBytes: bundle.zippedBytes,
      };
      console.log(json ? JSON.stringify(measured, null, 2) : table(measured));
    } finally {
      await server?.stop();
      await rm(dir, { recursive: true, force: true });
    }
  })
  .parseAsync();

function parseRequests(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1)
    throw new InvalidArgumentError(`requests are a whole number from 1, got "${text}".`);
  return count;
}

async function measure({
  dir,
  server,
  requests,
  perObject,
}: Pick<BenchOptions, 'requests' | 'perObject'> & { dir: string; server: S3Server }) {
  const record = benchRecord(requests);
  const raw = openStore('s3://raw', server);
  const keys: string[] = [];
  for (const { key, bytes } of rawObjects({ requests, perObject, start: record.window.start_ms })) {
    await raw.put(key, bytes);
    keys.push(key);
  }
  await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
  const parts = async () => {
    for await (const { key } of raw.list('parts/')) await raw.delete(key);
  };
  const env = {
    FAULTLINE_RAW: 's3://raw',
    AWS_ENDPOINT_URL_S3: server.endpoint,
    AWS_ACCESS_KEY_ID: server.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: server.credentials.secretAccessKey,
  };
  const first = keys.find((key) => key.includes('traces_')) ?? '';
  const [bare, folder] = [await emptyFunction(dir), join(dir, 'function')];
  const starts: { readonly bareInit: Took; readonly cold: ColdStart }[] = [];
  for (let i = 0; i < STARTS; i++) {
    const { init: bareInit } = await coldStart({ folder: bare });
    starts.push({ bareInit, cold: await coldStart({ folder, env, first, forget: parts }) });
  }
  const of = (pick: (start: (typeof starts)[number]) => Took) => median(starts.map(pick));
  return {
    bareInit: of(({ bareInit }) => bareInit),
    cold: {
      init: of(({ cold }) => cold.init),
      first: of(({ cold }) => cold.first),
      again: of(({ cold }) => cold.again),
      rows: starts[0]?.cold.rows ?? 0,
    },
    ...(await batches({ folder, env, keys })),
  };
}

async function emptyFunction(dir: string): Promise<string> {
  const folder = join(dir, 'empty');
  await mkdir(folder);
  await writeFile(join(folder, 'index.mjs'), 'export const handler = async () => ({});\n');
  return folder;
}

/** That of the median processor time. */
function median(all: readonly Took[]): Took {
  const [middle] = [...all].sort((a, b) => a.cpuMs - b.cpuMs).slice(all.length >> 1);
  return middle ?? { ms: Number.NaN, cpuMs: Number.NaN };
}

/** @param forget takes back what an invocation has put, so that the next does the same work */
async function coldStart({
  folder,
  env = {},
  first,
  forget,
}: {
  folder: string;
  env?: Record<string, string>;
  first?: string;
  forget?: () => Promise<void>;
}): Promise<ColdStart> {
  const began = performance.now();
  const environment = await LambdaEnvironment.start({ folder, env });
  try {
    const ms = (await environment.ready()) - began;
    const init = { ms, cpuMs: await environment.cpuMs() };
    const invoke = async () => {
      if (first !== undefined) await environment.invoke(s3Event([first]));
    };
    await forget?.();
    const once = await timed(environment, invoke);
    await forget?.();
    const again = await timed(environment, invoke);
    await forget?.();
    return { init, first: once, again, rows: countsOf(environment)[0]?.rows ?? 0 };
  } finally {
    await environment.stop();
  }
}

async function timed(environment: LambdaEnvironment, work: () => Promise<void>): Promise<Took> {
  const [cpu, since] = [await environment.cpuMs(), performance.now()];
  await work();
  return { ms: performance.now() - since, cpuMs: (await environment.cpuMs()) - cpu };
}

async function batches({
  folder,
  env,
  keys,
}: {
  folder: string;
  env: Record<string, string>;
  keys: readonly string[];
}): Promise<Pick<Measured, 'warm' | 'idleRssBytes' | 'peakRssBytes'>> {
  const environment = await LambdaEnvironment.start({ folder, env });
  try {
    await environment.ready();
    const idleRssBytes = await environment.peakRssBytes();
    const took = await timed(environment, async () => {
      for (let at = 0; at < keys.length; at += BATCH)
        await environment.invoke(sqsEvent(keys.slice(at, at + BATCH).map((key) => s3Event([key]))));
    });
    const counts = countsOf(environment);
    const sum = (name: 'converted' | 'rows') => counts.reduce((total, line) => total + line[name], 0);
    if (sum('converted') !== keys.length) throw new Error(`not all were converted: ${environment.output}`);
    const warm = { ...took, objects: keys.length, rows: sum('rows') };
    return { warm, idleRssBytes, peakRssBytes: await environment.peakRssBytes() };
  } finally {
    await environment.stop();
  }
}

/** What the function has logged of its invocations. */
function countsOf({ output }: LambdaEnvironment) {
  return output
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { converted: number; rows: number });
}

function table({ bytes, zippedBytes, bareInit, cold, warm, idleRssBytes, peakRssBytes }: Measured): string {
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const mib = (value: number) => `${count(value / 2 ** 20)} MiB`;
  const line = (what: string, { ms, cpuMs }: Took) => `| ${what} | ${count(ms)} | ${count(cpuMs)} |`;
  const { rows, objects } = warm;
  const rate = (ms: number) =>
    `${((1000 * objects) / ms).toFixed(1)} objects/s, ${count((1000 * rows) / ms)} rows/s`;
  return [
    `bundle ${count(bytes / 1000)} kB, zipped ${count(zippedBytes / 1000)} kB; memory ${mib(idleRssBytes)} when loaded, at most ${mib(peakRssBytes)}`,
    '',
    '| what | ms | CPU ms |',
    '|---|---|---|',
    line('start of Node, with an empty function', bareInit),
    line('start, until it asks for its first event', cold.init),
    line(`first invocation: an object of ${count(cold.rows)} spans`, cold.first),
    line('the same again', cold.again),
    line(`${count(rows)} rows in ${objects} objects, ${BATCH} an invocation`, warm),
    '',
    `${rate(warm.ms)}; by the processor ${rate(warm.cpuMs)}`,
  ].join('\n');
}
