/**
 * `npm run bench:lambda [-- --requests 10000] [--json]`: the Lambda function's bundle as Lambda runs it, but on this computer: a process
 * with nothing but Node, the runtime API and a real S3 server. Sizes, cold starts, objects and rows a second, memory.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { bundleLambda, bundleText } from '../lambda/bundle.ts';
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

interface Measured {
  readonly bytes: number;
  readonly zippedBytes: number;
  /** From the start of the process until it asks for its first event; with a function that does nothing, and with ours. */
  readonly bareInitMs: number;
  readonly initMs: number;
  /** The first invocation, of one object of traces, and its rows; and the same again. */
  readonly firstMs: number;
  readonly againMs: number;
  readonly firstRows: number;
  /** Of invocations of a whole batch. */
  readonly objects: number;
  readonly rows: number;
  readonly seconds: number;
  readonly idleRssBytes: number;
  readonly peakRssBytes: number;
}

await new Command('bench:lambda')
  .description('Measures the Lambda function’s bundle against a runtime API on this computer.')
  .option('--requests <n>', 'how many, of nine rows each', parseRequests, 10_000)
  .option('--json', 'print one JSON document')
  .action(async ({ requests, json = false }: { requests: number; json?: boolean }) => {
    const dir = await mkdtemp(join(tmpdir(), 'bench-lambda-'));
    const server = await startS3Server({ root: join(dir, 's3'), buckets: ['raw'] });
    try {
      if (!server) throw new Error('versitygw is not there: `npx faultline doctor` says how it is made');
      const bundle = await bundleLambda({ outdir: join(dir, 'function') });
      process.stderr.write(`${bundleText(bundle)}\n`);
      const measured = {
        ...(await measure({ dir, server, requests })),
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
  if (!/^\d+$/.test(text) || count < 1_000)
    throw new InvalidArgumentError(`requests are a whole number from 1000, got "${text}".`);
  return count;
}

async function measure({ dir, server, requests }: { dir: string; server: S3Server; requests: number }) {
  const record = benchRecord(requests);
  const raw = openStore('s3://raw', server);
  const keys: string[] = [];
  for (const { key, bytes } of rawObjects({ requests, start: record.window.start_ms })) {
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
  const bare = await emptyFunction(dir);
  const starts: (ColdStart & { readonly bareInitMs: number })[] = [];
  for (let i = 0; i < STARTS; i++) {
    const { initMs: bareInitMs } = await coldStart({ folder: bare });
    starts.push({
      bareInitMs,
      ...(await coldStart({ folder: join(dir, 'function'), env, first, forget: parts })),
    });
  }
  const of = (pick: (start: (typeof starts)[number]) => number) => median(starts.map(pick));
  return {
    bareInitMs: of(({ bareInitMs }) => bareInitMs),
    initMs: of(({ initMs }) => initMs),
    firstMs: of(({ firstMs }) => firstMs),
    againMs: of(({ againMs }) => againMs),
    firstRows: starts[0]?.firstRows ?? 0,
    ...(await warm({ folder: join(dir, 'function'), env, keys })),
  };
}

async function emptyFunction(dir: string): Promise<string> {
  const folder = join(dir, 'empty');
  await mkdir(folder);
  await writeFile(join(folder, 'index.mjs'), 'export const handler = async () => ({});\n');
  return folder;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

interface ColdStart {
  readonly initMs: number;
  readonly firstMs: number;
  readonly againMs: number;
  readonly firstRows: number;
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
    const initMs = (await environment.ready()) - began;
    const timed = async () => {
      if (first === undefined) return 0;
      await forget?.();
      const since = performance.now();
      await environment.invoke(s3Event([first]));
      return performance.now() - since;
    };
    const [firstMs, againMs] = [await timed(), await timed()];
    await forget?.();
    return { initMs, firstMs, againMs, firstRows: countsOf(environment)[0]?.rows ?? 0 };
  } finally {
    await environment.stop();
  }
}

async function warm({
  folder,
  env,
  keys,
}: {
  folder: string;
  env: Record<string, string>;
  keys: readonly string[];
}) {
  const environment = await LambdaEnvironment.start({ folder, env });
  try {
    await environment.ready();
    const idleRssBytes = await environment.peakRssBytes();
    const since = performance.now();
    for (let at = 0; at < keys.length; at += BATCH)
      await environment.invoke(sqsEvent(keys.slice(at, at + BATCH).map((key) => s3Event([key]))));
    const seconds = (performance.now() - since) / 1000;
    const counts = countsOf(environment);
    const sum = (name: 'converted' | 'rows') => counts.reduce((total, line) => total + line[name], 0);
    if (sum('converted') !== keys.length) throw new Error(`not all were converted: ${environment.output}`);
    const peakRssBytes = await environment.peakRssBytes();
    return { objects: keys.length, rows: sum('rows'), seconds, idleRssBytes, peakRssBytes };
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

function table(measured: Measured): string {
  const { bytes, zippedBytes, bareInitMs, initMs, firstMs, againMs, firstRows } = measured;
  const { objects, rows, seconds, idleRssBytes, peakRssBytes } = measured;
  const count = (value: number) => Math.round(value).toLocaleString('en');
  const mib = (value: number) => `${count(value / 2 ** 20)} MiB`;
  return [
    '| what | seen |',
    '|---|---|',
    `| size of the bundle; zipped | ${count(bytes / 1000)} kB; ${count(zippedBytes / 1000)} kB |`,
    `| until it is loaded; of that Node with an empty function | ${count(initMs)} ms; ${count(bareInitMs)} ms |`,
    `| first invocation, ${count(firstRows)} spans; the second | ${count(firstMs)} ms; ${count(againMs)} ms |`,
    `| in batches of ${BATCH} objects | ${(objects / seconds).toFixed(1)} objects/s, ${count(rows / seconds)} rows/s (${count(rows)} rows) |`,
    `| memory when loaded; peak | ${mib(idleRssBytes)}; ${mib(peakRssBytes)} |`,
  ].join('\n');
}
