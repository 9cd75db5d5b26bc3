import { type Arguments, readArguments } from './arguments.ts';
import { TestRun } from './engine/test.ts';
import { EXIT, RunnerError } from './errors.ts';
import { loadScript } from './load.ts';
import { readSamples } from './points/read.ts';
import { exportSummary } from './summary/data.ts';
import { writeSummary } from './summary/write.ts';

/** See arguments.ts for what it takes. */
async function main(argv: string[]): Promise<number> {
  const args = readArguments(argv);
  const script = await loadScript({ path: args.script, env: args.env });
  const test = new TestRun({
    ...args,
    script,
    pointsFile: args.command === 'run' ? args.pointsFile : undefined,
  });
  const exitCode =
    args.command === 'run' ? await run(test) : await test.replay(readSamples(args.pointsFile ?? ''));
  await tell({ test, args });
  return exitCode;
}

async function run(test: TestRun): Promise<number> {
  const interrupt = () => test.interrupt();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  // A parent that is gone can stop nothing any more.
  process.on('disconnect', interrupt);
  const report =
    process.send && setInterval(() => process.send?.({ type: 'progress', ...test.progress() }), 1_000);
  const exitCode = await test.run();
  clearInterval(report);
  return exitCode;
}

async function tell({
  test,
  args: { exportFile, quiet },
}: {
  test: TestRun;
  args: Pick<Arguments, 'exportFile' | 'quiet'>;
}): Promise<void> {
  const data = await writeSummary({ test, exportFile, quiet });
  if (!process.connected) return;
  process.send?.({ type: 'progress', ...test.progress() });
  process.send?.({ type: 'summary', summary: exportSummary(data) });
}

main(process.argv.slice(2)).then(
  (exitCode) => finish(exitCode),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    finish(error instanceof RunnerError ? error.exitCode : EXIT.scriptFailed);
  },
);

/** Leaves once stdout, stderr and the channel to a parent are written; a script's stray timers do not hold it up. */
function finish(exitCode: number): void {
  process.exitCode = exitCode;
  if (process.connected) process.disconnect();
  process.stderr.write('', () => process.stdout.write('', () => process.exit(exitCode)));
}
