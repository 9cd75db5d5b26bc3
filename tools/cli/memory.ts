import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { docker } from '../../infra/docker/engine.ts';

const INTERVAL_MS = 2_000;
const MEASURE = process.platform === 'linux' ? 'PSS' : 'RSS';

/** Samples memory until stopped. */
export interface MemoryWatch {
  stop(): MemoryPeak;
}

/**
 * Everything below this process. Proportional set size where Linux tells it (pages that
 * Postgres' backends share count once), else resident set size, which overstates.
 */
export const watchProcesses = (): MemoryWatch =>
  watch(MEASURE, async () => Promise.all((await descendants()).map(memoryOf)));

/** Every container of the stack, as the engine's control groups count it. */
export const watchContainers = (): MemoryWatch =>
  watch('cgroup', async () => {
    const ids = await docker(['ps', '--quiet', '--filter', 'label=storefront.stack']);
    if (ids.trim() === '') return [];
    const used = await docker([
      'stats',
      '--no-stream',
      '--format',
      '{{.MemUsage}}',
      ...ids.trim().split('\n'),
    ]);
    return used.trim().split('\n').map(bytesOf);
  });

function watch(measure: MemoryPeak['measure'], sizes: () => Promise<readonly number[]>): MemoryWatch {
  let peakBytes = 0;
  let busy = false;
  const timer = setInterval(async () => {
    if (busy) return;
    busy = true;
    const now = await sizes().catch(() => []);
    busy = false;
    peakBytes = Math.max(
      peakBytes,
      now.reduce((sum, bytes) => sum + bytes, 0),
    );
  }, INTERVAL_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return { peakBytes, measure };
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** `51.2MiB / 256MiB` → bytes. */
function bytesOf(text: string): number {
  const [, number, unit = ''] = /^([\d.]+)(\w+)/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? Number.NaN) || 0;
}

export interface MemoryPeak {
  readonly peakBytes: number;
  readonly measure: 'PSS' | 'RSS' | 'cgroup';
}

interface Process {
  readonly pid: number;
  readonly rssBytes: number;
}

async function descendants(): Promise<Process[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,rss=']);
  const children = new Map<number, Process[]>();
  for (const line of stdout.trim().split('\n')) {
    const [pid = 0, parent = 0, rss = 0] = line.trim().split(/\s+/).map(Number);
    children.set(parent, [...(children.get(parent) ?? []), { pid, rssBytes: rss * 1024 }]);
  }
  const below = (pid: number): Process[] =>
    (children.get(pid) ?? []).flatMap((child) => [child, ...below(child.pid)]);
  return below(process.pid);
}

/** 0 for a process that has ended meanwhile. */
async function memoryOf({ pid, rssBytes }: Process): Promise<number> {
  if (MEASURE === 'RSS') return rssBytes;
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1024;
}
