import { createReadStream, createWriteStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { ObjectStore } from '../../converters/store/store.ts';
import { type LoadResult, sumUp } from '../load.ts';
import type { Ended } from './conduct.ts';
import { LoadObjects } from './objects.ts';

const INTERRUPTED = 105;

/**
 * One result of all segments: their points, one segment after the other, in one file, and the summary and thresholds of them
 * all. The exit code is the first that is neither 0 nor k6's for a test that was interrupted, else that of who was, else
 * that of the thresholds.
 */
export async function resultOf({
  raw,
  runId,
  load,
  segments,
  script,
  env,
  pointsFile,
  folder,
}: {
  raw: ObjectStore;
  runId: string;
  /** Of the job. */
  load: string;
  segments: readonly Ended[];
  script: string;
  env: Record<string, string>;
  pointsFile: string;
  folder: string;
}): Promise<LoadResult> {
  const objects = new LoadObjects({ raw, runId, load });
  await rm(pointsFile, { force: true });
  for (const [index] of segments.entries()) {
    const zipped = join(folder, `${index + 1}.ndjson.gz`);
    await raw.download(objects.pointsKey(index + 1), zipped);
    await append({ zipped, to: pointsFile });
    await rm(zipped);
  }
  const summed = await sumUp({ script, pointsFile, env });
  const codes = segments.map(({ exit_code }) => exit_code).filter((code) => code !== 0);
  const logs = segments.flatMap(({ log }, i) => (log === '' ? [] : [`segment ${i + 1}: ${log.trim()}\n`]));
  const [first] = segments;
  return {
    ...summed,
    exitCode: codes.find((code) => code !== INTERRUPTED) ?? codes[0] ?? summed.exitCode,
    ...(first ? { runner: first.runner, runnerVersion: first.runner_version } : {}),
    log: logs.join('') + summed.log,
  };
}

/** One that was killed in the middle of a line left it without an end. */
async function endLine(path: string): Promise<void> {
  const file = await open(path, 'a+');
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read({ buffer: last, position: size - 1 });
    if (size > 0 && last.toString() !== '\n') await file.appendFile('\n');
  } finally {
    await file.close();
  }
}

async function append({ zipped, to }: { zipped: string; to: string }): Promise<void> {
  await pipeline(createReadStream(zipped), createGunzip(), createWriteStream(to, { flags: 'a' }));
  await endLine(to);
}
