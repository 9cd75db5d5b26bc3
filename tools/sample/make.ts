/**
 * Makes examples/sample anew: `npm run sample`, some 3 minutes, on a computer that has nothing else to do. The run is made in a temporary
 * folder; what lies in the repository is replaced only by a dataset that is sound, whose fault customers noticed, and that is small.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Made } from '../cli/run/made.ts';
import { bytesBelow, MOST_BYTES, RUN, SAMPLE } from './sample.ts';

const CLI = fileURLToPath(new URL('../cli/bin.js', import.meta.url));

/** Its standard output; what it says on the way is shown. */
async function faultline(cwd: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd,
    env: { ...process.env, ...RUN.env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`faultline ${args.join(' ')} ended with exit code ${code}:\n${text}`);
  return text;
}

const folder = await mkdtemp(join(tmpdir(), 'sample-'));
try {
  const run = ['run', '--json', '--run-id', RUN.runId, '--labels', ...RUN.args];
  const { folder: made, rows, quality }: Made = JSON.parse(await faultline(folder, run));
  const { verdicts } = quality.cases[0] ?? {};
  if (verdicts?.mechanism !== 'passed' || verdicts.impact !== 'impact')
    throw new Error(`its fault must show, got ${JSON.stringify(verdicts)}: once more, on a quiet computer`);
  await faultline(folder, ['verify', made]);
  const bytes = await bytesBelow(made);
  if (bytes > MOST_BYTES) throw new Error(`it must have at most ${MOST_BYTES} bytes, got ${bytes}`);
  await rm(SAMPLE, { recursive: true, force: true });
  await cp(made, SAMPLE, { recursive: true });
  console.log(`${SAMPLE}: ${rows} rows, ${(bytes / 1e6).toFixed(1)} MB`);
} finally {
  await rm(folder, { recursive: true, force: true });
}
