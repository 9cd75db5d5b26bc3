/**
 * `npm run bench [-- --spans 1200000] [--only spans,logs] [--no-peer] [--json]`: this converter against pandas + pyarrow doing the same flat
 * job, on the same made-up telemetry, one process a measurement. The peer runs before and after, so that what else the
 * machine does shows; read the ratios, not the seconds. The rows of both must be the same. Then its memory at eight times the
 * input, and its speed with two threads.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { arch, availableParallelism, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { resolvePython } from '../../tools/python/resolve.ts';
import { type Line, SECTIONS, type Section, table } from './measurement.ts';
import { PEER } from './peer.ts';
import { Bench } from './sections.ts';

interface Options {
  readonly spans: number;
  readonly only: readonly Section[];
  readonly peer: boolean;
  readonly json?: boolean;
}

await new Command('bench')
  .description(
    'Times the converter, against pandas + pyarrow on the same telemetry, and measures its memory.',
  )
  .option('--spans <n>', 'how many, and as many log lines', parseSpans, 1_200_000)
  .option(
    '--only <sections>',
    'some of spans (as protobuf), json (the same as OTLP JSON), logs, memory (all spans and an eighth), threads (two and one)',
    parseSections,
    [...SECTIONS],
  )
  .option('--no-peer', 'ours alone: the peer holds all rows in memory')
  .option('--json', 'print one JSON document')
  .action(async ({ spans, only, peer, json = false }: Options) => {
    const say = (text: string) => void process.stderr.write(`${text}\n`);
    const python = peer ? (await resolvePython({ packages: PEER, onProgress: say })).python : undefined;
    const dir = await mkdtemp(join(tmpdir(), 'bench-'));
    try {
      const bench = new Bench({ dir, spans, python, say });
      const lines: Line[] = [];
      for (const section of only) lines.push(...(await bench.section(section)));
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

function parseSections(text: string): Section[] {
  const names = text.split(',');
  const unknown = names.filter((name) => !SECTIONS.some((known) => known === name));
  if (unknown.length > 0)
    throw new InvalidArgumentError(`sections are ${SECTIONS.join(', ')}, got "${unknown.join(',')}".`);
  return SECTIONS.filter((known) => names.includes(known));
}

function document(lines: readonly Line[]) {
  return {
    machine: {
      platform: platform(),
      arch: arch(),
      cores: availableParallelism(),
      node: process.versions.node,
    },
    encoder: 'ours, with the footer of hyparquet-writer and zstd in WebAssembly',
    lines,
  };
}
