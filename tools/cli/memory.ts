import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const INTERVAL_MS = 2_000;
const MEASURE = process.platform === 'linux' ? 'PSS' : 'RSS';

/**
 * Samples the memory of everything below this process until stopped. Proportional set size where Linux tells it (pages that
 * Postgres' backends share count once), else resident set size, which overstates.
 */
export function watchMemory(): { stop(): MemoryPeak } {
  let peakBytes = 0;
  const timer = setInterval(async () => {
    const sizes = await Promise.all((await descendants()).map(memoryOf)).catch(() => []);
    peakBytes = Math.max(
      peakBytes,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    );
  }, INTERVAL_MS);
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      return { peakBytes, measure: MEASURE };
    },
  };
}

export interface MemoryPeak {
  readonly peakBytes: number;
  readonly measure: 'PSS' | 'RSS';
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
