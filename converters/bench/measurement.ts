/** One measurement as a line of the benchmark's table. */
export const SECTIONS = ['spans', 'json', 'logs', 'memory', 'threads'] as const;
export type Section = (typeof SECTIONS)[number];

export interface Cost {
  readonly rows: number;
  /** On the clock. */
  readonly seconds: number;
  /** Of all cores. */
  readonly cpuSeconds: number;
  readonly peakRssBytes: number;
}

/** What a line is compared with, and by what. More is better, but for memory. */
export const AGAINST = {
  peer: '× the peer, by CPU',
  thread: '× one thread, by the clock',
  eighth: '× the memory for an eighth',
} as const;

export interface Line extends Cost {
  readonly section: Section;
  readonly name: string;
  readonly against: keyof typeof AGAINST | null;
  readonly ratio: number | null;
}

const cpuRate = ({ rows, cpuSeconds }: Cost): number => rows / cpuSeconds;
const clockRate = ({ rows, seconds }: Cost): number => rows / seconds;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Rows a CPU second, as a multiple of those of the peer's runs. */
export const againstPeer = (cost: Cost, peers: readonly Cost[]) => ({
  against: 'peer' as const,
  ratio: cpuRate(cost) / mean(peers.map(cpuRate)),
});

/** Rows a second, as a multiple of those of the runs with one thread. */
export const againstThread = (cost: Cost, single: readonly Cost[]) => ({
  against: 'thread' as const,
  ratio: clockRate(cost) / mean(single.map(clockRate)),
});

export const againstEighth = (cost: Cost, eighth: Cost) => ({
  against: 'eighth' as const,
  ratio: cost.peakRssBytes / eighth.peakRssBytes,
});

export const ALONE = { against: null, ratio: null } as const;

export function table(lines: readonly Line[]): string {
  return [
    '| input | what | rows | seconds | CPU seconds | CPU µs a row | peak RSS, MiB | ratio |',
    '|---|---|---|---|---|---|---|---|',
    ...lines.map(({ section, name, rows, seconds, cpuSeconds, peakRssBytes, against, ratio }) => {
      const cells = [section, name, rows.toLocaleString('en'), seconds.toFixed(1), cpuSeconds.toFixed(1)];
      cells.push(((cpuSeconds * 1e6) / rows).toFixed(1), String(Math.round(peakRssBytes / 2 ** 20)));
      cells.push(against === null ? '' : `${ratio?.toFixed(2)} ${AGAINST[against]}`);
      return `| ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}
