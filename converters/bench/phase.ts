/** One phase of the path in a process of its own, which is all that its peak memory belongs to: `phase.ts <phase> <dir> <requests>`. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { convertRun } from '../convert.ts';
import { sealRun } from '../seal/seal.ts';
import { openStore } from '../store/open.ts';
import { benchRecord } from './dataset.ts';

export type Phase = 'convert' | 'seal';

export interface Measured {
  readonly rows: number;
  /** Of the phase alone: neither the start of the process nor the loading of its modules. */
  readonly seconds: number;
  readonly cpuSeconds: number;
  /** Of the whole process. */
  readonly peakRssBytes: number;
  /** Before the phase, with all modules loaded. */
  readonly idleRssBytes: number;
}

const self = fileURLToPath(import.meta.url);

/** Runs a phase over what `putRaw` has put into `dir`. Rejects, with what the process wrote, where it fails or outgrows its heap. */
export async function measurePhase({
  phase,
  dir,
  requests,
  maxOldSpaceMiB,
}: {
  phase: Phase;
  dir: string;
  requests: number;
  /** Limit of the JavaScript heap; buffers and WebAssembly memory lie outside of it. */
  maxOldSpaceMiB?: number;
}): Promise<Measured> {
  const limit = maxOldSpaceMiB === undefined ? [] : [`--max-old-space-size=${maxOldSpaceMiB}`];
  const flags = [...limit, '--import', 'tsx', self, phase, dir, String(requests)];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as Measured;
}

async function run(phase: Phase, dir: string, requests: number): Promise<Measured> {
  const raw = openStore(join(dir, 'raw'));
  const record = benchRecord(requests);
  const idleRssBytes = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const began = performance.now();
  let rows: number;
  if (phase === 'convert') {
    const { signals } = await convertRun({ raw, record });
    rows = signals.logs.rows + signals.traces.rows + signals.metrics.rows;
  } else {
    const { ledger } = await sealRun({ raw, datasets: openStore(join(dir, 'datasets')), record });
    rows = Object.values(ledger.classes).reduce((sum, count) => sum + count, 0);
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    rows,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    idleRssBytes,
  };
}

if (process.argv[1] === self) {
  const [phase, dir = '', requests] = process.argv.slice(2);
  if (phase !== 'convert' && phase !== 'seal') throw new RangeError(`no phase: ${phase}`);
  console.log(JSON.stringify(await run(phase, dir, Number(requests))));
}
