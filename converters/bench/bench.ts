/**
 * `npm run bench [-- --spans 1200000] [--no-peer] [--json]`: this converter against pandas + pyarrow doing the same flat job, on the same
 * made-up spans (OTLP protobuf, gzip), one process a measurement. The peer runs before and after, so that what else the machine
 * does shows; read the ratios, not the seconds. The event uids of both results must be the same.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { arch, availableParallelism, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Command, InvalidArgumentError } from 'commander';
import { resolvePython } from '../../tools/python/resolve.ts';
import { openParquet } from '../dataset/parquet.ts';
import { putRaw } from './dataset.ts';
import { type Measured, measurePhase } from './phase.ts';

const SPANS_A_REQUEST = 8;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const PEER = {
  requirements: here('./peer/requirements.txt'),
  needs: 'the benchmark’s peer needs',
};

interface Line {
  readonly name: string;
  readonly rows: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

await new Command('bench')
  .description('Times the converter against pandas + pyarrow on the same spans.')
  .option('--spans <n>', 'how many', parseSpans, 1_200_000)
  .option('--no-peer', 'ours alone: the peer holds all spans in memory')
  .option('--json', 'print one JSON document')
  .action(async ({ spans, peer, json = false }: { spans: number; peer: boolean; json?: boolean }) => {
    const say = (text: string) => void process.stderr.write(`${text}\n`);
    const python = peer ? (await resolvePython({ packages: PEER, onProgress: say })).python : undefined;
    const dir = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const lines = await measure({ dir, requests: Math.ceil(spans / SPANS_A_REQUEST), python, say });
      console.log(json ? JSON.stringify(document(lines), null, 2) : table(lines));
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  })
  .parseAsync();

function parseSpans(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1_000)
    throw new InvalidArgumentError(`spans are a whole number from 1000, got "${text}".`);
  return count;
}

async function measure(of: {
  dir: string;
  requests: number;
  /** Undefined: without the peer. */
  python: string | undefined;
  say: (text: string) => void;
}): Promise<Line[]> {
  const { dir, requests, python, say } = of;
  say('making the spans…');
  await putRaw({ dir, requests, signals: ['traces'] });
  const lines: Line[] = [];
  const add = async (name: string, work: () => Promise<Omit<Line, 'name'>>) => {
    say(`${name}…`);
    lines.push({ name, ...(await work()) });
  };
  const phase = (name: Parameters<typeof measurePhase>[0]['phase'], workers = 1) =>
    measurePhase({ phase: name, dir, requests, workers });
  const addPeer = async (name: string) => {
    if (python !== undefined) await add(`pandas + pyarrow, ${name}`, () => peer({ dir, python }));
  };
  await addPeer('flat');
  await add('inflate and walk alone', () => phase('read'));
  let converted: Measured | undefined;
  await add('convert', async () => {
    converted = await phase('convert');
    return converted;
  });
  await add('convert and merge, flat', async () => both(converted, await phase('merge-flat')));
  await add('convert and seal, flat and nested', async () => both(converted, await phase('seal')));
  if (availableParallelism() > 1) await add('convert, 2 threads', () => phase('convert', 2));
  await addPeer('flat, again');
  if (python === undefined) return lines;
  say('comparing event uids…');
  const [ours, theirs] = [
    await uids(join(dir, 'flat/ocsf_traces.parquet')),
    await uids(join(dir, 'peer.parquet')),
  ];
  if (ours !== theirs) throw new Error(`the two wrote different events: ${ours} and ${theirs}`);
  return lines;
}

function both(first: Measured | undefined, second: Measured): Omit<Line, 'name'> {
  return {
    rows: second.rows,
    seconds: second.seconds + (first?.seconds ?? 0),
    cpuSeconds: second.cpuSeconds + (first?.cpuSeconds ?? 0),
    peakRssBytes: Math.max(second.peakRssBytes, first?.peakRssBytes ?? 0),
  };
}

async function peer({ dir, python }: { dir: string; python: string }): Promise<Omit<Line, 'name'>> {
  await mkdir(dir, { recursive: true });
  const args = [here('./peer/spans_to_parquet.py'), join(dir, 'raw'), join(dir, 'peer.parquet')];
  const { stdout } = await promisify(execFile)(python, args);
  const said = JSON.parse(stdout) as {
    rows: number;
    seconds: number;
    cpu_seconds: number;
    peak_rss_bytes: number;
  };
  return {
    ...{ rows: said.rows, seconds: said.seconds },
    ...{ cpuSeconds: said.cpu_seconds, peakRssBytes: said.peak_rss_bytes },
  };
}

/** How many event uids, and all of them in one figure that no order changes. */
async function uids(file: string): Promise<string> {
  const parquet = await openParquet(file);
  try {
    let [count, mixed] = [0, 0n];
    for await (const group of parquet.groups(['event_uid'])) {
      const column = group.column('event_uid');
      for (let i = 0; i < group.rows; i++) mixed ^= BigInt(`0x${column[i]}`);
      count += group.rows;
    }
    return `${count} events, ${mixed.toString(16)}`;
  } finally {
    await parquet.close();
  }
}

function peersOf(lines: readonly Line[]): Line[] {
  return lines.filter(({ name }) => name.startsWith('pandas'));
}

/** Against the mean of the peer's two runs, by rows a CPU second; NaN without the peer. */
function ratioOf(lines: readonly Line[]): (line: Line) => number {
  const peers = peersOf(lines);
  const rate = ({ rows, cpuSeconds }: Line) => rows / cpuSeconds;
  const mean = peers.reduce((sum, line) => sum + rate(line), 0) / peers.length;
  return (line) => rate(line) / mean;
}

function document(lines: readonly Line[]) {
  const ratio = ratioOf(lines);
  return {
    machine: {
      platform: platform(),
      arch: arch(),
      cores: availableParallelism(),
      node: process.versions.node,
    },
    encoder: 'ours, with headers of hyparquet-writer and zstd in WebAssembly',
    lines: lines.map((line) => ({
      ...line,
      ratio: peersOf(lines).length === 0 ? null : Math.round(100 * ratio(line)) / 100,
    })),
  };
}

function table(lines: readonly Line[]): string {
  const ratio = ratioOf(lines);
  return [
    '| what | rows | seconds | CPU seconds | CPU µs a row | times the peer, by CPU | peak RSS, MiB |',
    '|---|---|---|---|---|---|---|',
    ...lines.map((line) => {
      const { name, rows, seconds, cpuSeconds, peakRssBytes } = line;
      const cells = [name, rows.toLocaleString('en'), seconds.toFixed(1), cpuSeconds.toFixed(1)];
      cells.push(((cpuSeconds * 1e6) / rows).toFixed(1));
      cells.push(peersOf(lines).length === 0 ? '' : ratio(line).toFixed(1));
      return `| ${cells.join(' | ')} | ${Math.round(peakRssBytes / 2 ** 20)} |`;
    }),
  ].join('\n');
}
