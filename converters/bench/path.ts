/** Times the whole path on made-up telemetry: `npm run bench:path -w converters [-- requests]` (8 spans, a line, some samples each). */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { convertRun } from '../convert.ts';
import { sealRun } from '../seal/seal.ts';
import { openStore } from '../store/open.ts';
import { benchRecord, putRaw } from './dataset.ts';

const requests = Number(process.argv[2] ?? 20_000);
const dir = await mkdtemp(join(tmpdir(), 'bench-'));
const raw = openStore(join(dir, 'raw'));
const datasets = openStore(join(dir, 'datasets'));
const rawBytes = await putRaw({ dir, requests });
const record = benchRecord(requests);
const phase = async <T>(name: string, rowsOf: (result: T) => number, run: () => Promise<T>): Promise<T> => {
  const cpu = process.cpuUsage();
  const began = performance.now();
  const result = await run();
  const ms = performance.now() - began;
  const { user, system } = process.cpuUsage(cpu);
  const rows = rowsOf(result);
  const cpuMs = (user + system) / 1000;
  console.log(
    `${name}: ${rows} rows, ${Math.round(ms)} ms, ${Math.round(rows / (ms / 1000))} rows/s, ${((cpuMs * 1000) / rows).toFixed(2)} CPU µs/row, peak RSS ${Math.round(process.resourceUsage().maxRSS / 1024)} MiB`,
  );
  return result;
};
try {
  await phase(
    'convert',
    ({ signals }) => signals.logs.rows + signals.traces.rows + signals.metrics.rows,
    () => convertRun({ raw, record }),
  );
  const manifest = await phase(
    'seal',
    ({ ledger }) => Object.values(ledger.classes).reduce((a, b) => a + b, 0),
    () => sealRun({ raw, datasets, record }),
  );
  let parts = 0;
  for await (const { size } of raw.list('parts/')) parts += size;
  const size = (test: (path: string) => boolean): number =>
    manifest.files.filter(({ path }) => test(path)).reduce((sum, { bytes }) => sum + bytes, 0);
  const mib = (bytes: number): string => (bytes / 1_048_576).toFixed(1);
  console.log(
    `raw ${mib(rawBytes)} MiB, parts ${mib(parts)} MiB, flat ${mib(size((path) => path.startsWith('ocsf_')))} MiB, nested ${mib(size((path) => path.startsWith('ocsf/')))} MiB`,
  );
} finally {
  await rm(dir, { recursive: true, force: true });
}
