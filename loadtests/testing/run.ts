import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LeftOut, type Script, TestRun } from '../runner/engine/test.ts';
import type { Division } from '../runner/segment/division.ts';

export interface Point {
  metric: string;
  type: 'Point';
  data: { time: string; value: number; tags: Record<string, string>; metadata?: Record<string, string> };
}

export interface Ran {
  exitCode: number;
  test: TestRun;
  lines: { metric: string; type: string; data: Record<string, unknown> }[];
  log: string[];
  points(metric: string): Point[];
}

/** Runs a script given as an object in this process, with its points in a file that is read back. */
export async function runScript({
  during,
  division,
  leftOut,
  ...script
}: Record<string, unknown> & {
  during?: (test: TestRun) => void;
  division?: Division;
  leftOut?: LeftOut;
}): Promise<Ran> {
  return withTempFolder(async (folder) => {
    const pointsFile = join(folder, 'points.ndjson');
    const log: string[] = [];
    const test = new TestRun({
      script: script as Script,
      pointsFile,
      log: (text) => log.push(text),
      ...(division && { division }),
      ...(leftOut && { leftOut }),
    });
    during?.(test);
    const exitCode = await test.run();
    const text = await readFile(pointsFile, 'utf8');
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const points = (metric: string) =>
      lines.filter((line) => line.metric === metric && line.type === 'Point');
    return { exitCode, test, lines, log, points };
  });
}

export async function withTempFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'loadtests-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
