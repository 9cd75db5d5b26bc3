import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const INTERVAL_MS = 2_000;

/**
 * Samples the memory of everything below this process until stopped. Proportional set size where Linux tells it (pages that
 * Postgres' backends share count once), else resident set size, which overstates.
 */
export function watchMemory(): { stop(): { peakBytes: number; measure: 'PSS' | 'RSS' } } {
  let peakBytes = 0;
  let measure: 'PSS' | 'RSS' = 'PSS';
  const timer = setInterval(async () => {
    const sizes = await Promise.all((await descendants()).map(memoryOf)).catch(() => []);
    if (sizes.some((size) => size.measure === 'RSS')) measure = 'RSS';
    peakBytes = Math.max(
      peakBytes,
      sizes.reduce((sum, { bytes }) => sum + bytes, 0),
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

async function memoryOf({ pid, rssBytes }: Process): Promise<{ bytes: number; measure: 'PSS' | 'RSS' }> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const match = /^Pss:\s+(\d+) kB/m.exec(rollup);
  return match ? { bytes: Number(match[1]) * 1024, measure: 'PSS' } : { bytes: rssBytes, measure: 'RSS' };
}
