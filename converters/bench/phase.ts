import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { compiled } from '../compiled/compiled.ts';

/**
 * convert: raw objects → parts. seal: parts → dataset. merge-flat: parts → flat files, which is the part of sealing that others
 * do too. read: raw objects unpacked and walked, nothing made of them: what no converter can do without.
 */
export const PHASES = ['convert', 'seal', 'merge-flat', 'read'] as const;
export type Phase = (typeof PHASES)[number];

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

/** Runs one phase: `<phase> <dir> <requests> <workers>`. */
const PROCESS = import.meta.resolve('./phase-process.ts');

/**
 * Runs a phase over what `putRaw` has put into `dir`, compiled as `faultline convert` is. Rejects, with what the process wrote, where it
 * fails or outgrows its heap.
 */
export async function measurePhase({
  phase,
  dir,
  requests,
  maxOldSpaceMiB,
  workers = 1,
}: {
  phase: Phase;
  dir: string;
  requests: number;
  /** Limit of the JavaScript heap; buffers and WebAssembly memory lie outside of it. */
  maxOldSpaceMiB?: number;
  /** Threads that convert. */
  workers?: number;
}): Promise<Measured> {
  const limit = maxOldSpaceMiB === undefined ? [] : [`--max-old-space-size=${maxOldSpaceMiB}`];
  const made = await compiled(PROCESS);
  const module = made ? [fileURLToPath(made)] : ['--import', 'tsx', fileURLToPath(PROCESS)];
  const flags = [...limit, ...module, phase, dir, String(requests), String(workers)];
  const { stdout } = await promisify(execFile)(process.execPath, flags);
  return JSON.parse(stdout) as Measured;
}
