/**
 * Times the whole path on made-up telemetry (8 spans, a line, some samples a request), every step in a process of its own:
 * `npm run bench:path -w converters [-- requests] [--json]`, at so many requests and at five times as many.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { putRaw } from './dataset.ts';
import { type Measured, measurePhase, type Phase } from './phase.ts';

const words = process.argv.slice(2);
const requests = Number(words.find((word) => !word.startsWith('--')) ?? 10_000);
const results: (Measured & { readonly phase: Phase })[] = [];
for (const count of [requests, 5 * requests]) {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    await putRaw({ dir, requests: count });
    for (const phase of ['convert', 'seal'] as const)
      results.push({ phase, ...(await measurePhase({ phase, dir, requests: count })) });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
results.sort((a, b) => (a.phase === b.phase ? a.rows - b.rows : a.phase < b.phase ? -1 : 1));
if (words.includes('--json')) console.log(JSON.stringify(results, null, 2));
else {
  console.log('| step | rows | rows/s | CPU µs a row | peak RSS, MiB |\n|---|---|---|---|---|');
  for (const { phase, rows, seconds, cpuSeconds, peakRssBytes } of results)
    console.log(
      `| ${phase} | ${rows.toLocaleString('en')} | ${Math.round(rows / seconds).toLocaleString('en')} | ${((cpuSeconds * 1e6) / rows).toFixed(1)} | ${Math.round(peakRssBytes / 2 ** 20)} |`,
    );
}
