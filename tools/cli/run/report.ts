import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { formatQuality } from '../../../converters/judge/format.ts';
import { formatTable } from '../table.ts';
import type { Made } from './made.ts';

/** What was made, how good it is, and what to do with it. */
export async function printMade(made: Made): Promise<void> {
  const folder = relative(process.cwd(), made.folder);
  const files = (await readdir(made.folder)).filter((name) => name.endsWith('.parquet')).sort();
  const sizes = await Promise.all(files.map((name) => stat(join(made.folder, name))));
  console.log(`${formatQuality(made.quality)}\n`);
  console.log(
    formatTable(
      ['file', 'MB'],
      files.map((name, index) => [`${folder}/${name}`, ((sizes[index]?.size ?? 0) / 1e6).toFixed(2)]),
    ),
  );
  const { peakBytes, measure } = made.stack_memory;
  const seconds = Object.values(made.seconds).reduce((sum, value) => sum + value, 0);
  console.log(
    `\n${made.rows} rows in ${folder} (also data/latest), seed ${made.seed}, ${seconds.toFixed(0)} s; the stack took at most ${(peakBytes / 2 ** 20).toFixed(0)} MiB (${measure}).`,
  );
  console.log(`What happened in it, to look at in a browser: ${relative(process.cwd(), made.report)}`);
  if (made.thresholds_crossed)
    console.log(`\nA threshold of the load script was crossed:\n${made.load_summary}`);
  const next = [
    [`verify ${folder}`, 'every checksum, count and event'],
    [`fetch ${made.run_id} --to ./copy`, 'the same dataset, from its bucket'],
    ['ls', 'all datasets'],
  ] as const;
  const width = Math.max(...next.map(([command]) => command.length));
  console.log('\nnext');
  for (const [command, what] of next) console.log(`  npx faultline ${command.padEnd(width)}   ${what}`);
}
