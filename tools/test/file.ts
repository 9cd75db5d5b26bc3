import { spawn } from 'node:child_process';

const COUNTS = ['tests', 'pass', 'fail', 'cancelled', 'skipped', 'todo'] as const;
export type Counts = Record<(typeof COUNTS)[number], number>;

/** What the runner of Node says at the end of a file. */
const SUMMARY = /^ℹ tests \d+\n(?:ℹ \w+ [\d.]+\n)+/m;

export interface Outcome {
  readonly file: string;
  readonly ok: boolean;
  readonly seconds: number;
  /** All of it that was written, but for the counts. */
  readonly text: string;
  readonly counts: Counts;
}

/**
 * One file of tests, in a process of its own.
 * @param nice how much the processor prefers others to it and to all that it starts, 0 to 19
 */
export async function runFile(file: string, { nice }: { nice: number }): Promise<Outcome> {
  const since = performance.now();
  const child = spawn(
    'nice',
    ['-n', String(nice), process.execPath, '--import', 'tsx', '--test-reporter=spec', file],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
  const code = await new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const [summary] = SUMMARY.exec(written) ?? [];
  return {
    file,
    ok: code === 0 && summary !== undefined, // a process may end with 0 before its tests do
    seconds: (performance.now() - since) / 1000,
    text: written.replace(summary ?? '', ''),
    counts: countsIn(summary ?? ''),
  };
}

function countsIn(summary: string): Counts {
  const of = (name: string) => Number(new RegExp(`^ℹ ${name} (\\d+)$`, 'm').exec(summary)?.[1] ?? 0);
  return Object.fromEntries(COUNTS.map((name) => [name, of(name)])) as Counts;
}

/** `12 tests: 11 pass, 1 skipped` */
export function sumUp(outcomes: readonly Outcome[]): string {
  const sum = (name: keyof Counts) => outcomes.reduce((total, { counts }) => total + counts[name], 0);
  const parts = COUNTS.filter((name) => name !== 'tests' && sum(name) > 0);
  return `${sum('tests')} tests: ${parts.map((name) => `${sum(name)} ${name}`).join(', ')}`;
}
