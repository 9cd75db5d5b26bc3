/**
 * Compares Parquet writers on the same flat rows: `npm run bench:writers -w converters [-- requests]`. Each writes in a
 * process of its own, from columns that are in memory already; its file is read back and its checksum compared.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openParquet } from '../dataset/parquet.ts';
import { FLAT_COLUMNS } from '../write/columns.ts';
import { makeDataset } from './dataset.ts';
import { WRITERS, type WriterName } from './writer-candidates.ts';

const self = fileURLToPath(import.meta.url);
const NAMES = FLAT_COLUMNS.map(({ name }) => name);

if (process.argv[2] === '--write')
  await writeOne(process.argv[3] as WriterName, process.argv[4] ?? '', process.argv[5] ?? '');
else await compare(Number(process.argv[2] ?? 12_000));

async function compare(requests: number): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const { folder } = await makeDataset({ dir, requests });
    const input = join(folder, 'ocsf_traces.parquet');
    const { sum, rows } = await checksum(input);
    console.log(`${rows} rows of ${NAMES.length} columns`);
    const results = [];
    for (const name of Object.keys(WRITERS)) {
      const output = join(dir, `${name.replace(/\W/g, '-')}.parquet`);
      const flags = ['--import', 'tsx', self, '--write', name, input, output];
      const { ms, rss } = JSON.parse(execFileSync(process.execPath, flags, { encoding: 'utf8' }));
      const back = await checksum(output);
      if (back.sum !== sum) throw new Error(`${name} wrote other values than it was given`);
      results.push({ name, seconds: ms / 1000, mb: (await stat(output)).size / 1e6, rss: rss / 2 ** 20 });
    }
    const first = results[0]?.seconds ?? 1;
    console.log(
      '| writer | seconds | rows/s | ratio | MB | peak RSS above the input, MiB |\n|---|---|---|---|---|---|',
    );
    for (const { name, seconds, mb, rss: peak } of results)
      console.log(
        `| ${name} | ${seconds.toFixed(2)} | ${Math.round(rows / seconds)} | ${(first / seconds).toFixed(1)} | ${mb.toFixed(2)} | ${Math.round(peak)} |`,
      );
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** In the child: reads the columns, and then times only the writing. */
async function writeOne(name: WriterName, input: string, output: string): Promise<void> {
  const columns = new Map<string, unknown[]>(NAMES.map((column) => [column, []]));
  const parquet = await openParquet(input);
  for await (const group of parquet.groups(NAMES))
    for (const [column, values] of columns)
      for (let i = 0; i < group.rows; i++) values.push(group.column(column)[i] ?? null);
  await parquet.close();
  globalThis.gc?.();
  const before = process.resourceUsage().maxRSS * 1024;
  const began = performance.now();
  await WRITERS[name]({ columns, file: output });
  const ms = performance.now() - began;
  console.log(JSON.stringify({ ms, rss: Math.max(0, process.resourceUsage().maxRSS * 1024 - before) }));
}

/** Over all values, in order. */
async function checksum(file: string): Promise<{ sum: string; rows: number }> {
  const parquet = await openParquet(file);
  const hashes = NAMES.map(() => createHash('sha256'));
  for await (const group of parquet.groups(NAMES))
    NAMES.forEach((name, column) => {
      for (let i = 0; i < group.rows; i++) hashes[column]?.update(`${group.column(name)[i] ?? '\0'}\n`);
    });
  await parquet.close();
  return { sum: hashes.map((hash) => hash.digest('hex')).join(), rows: parquet.rows };
}
