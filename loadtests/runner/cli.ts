import { parseArgs } from 'node:util';
import { TestRun } from './engine/test.ts';
import { EXIT, errors, RunnerError } from './errors.ts';
import { loadScript } from './load.ts';
import { exportSummary } from './summary/data.ts';
import { writeSummary } from './summary/write.ts';

/**
 * The part of k6's command line that the runner has:
 * `run [--out json=FILE] [--summary-export FILE] [-e NAME=VALUE]… [--quiet] SCRIPT`
 */
async function main(argv: string[]): Promise<number> {
  const { script: path, pointsFile, exportFile, env, quiet } = readArguments(argv);
  const test = new TestRun({ script: await loadScript({ path, env }), pointsFile });

  const interrupt = () => test.interrupt();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  // A parent that is gone can stop nothing any more.
  process.on('disconnect', interrupt);
  const report =
    process.send && setInterval(() => process.send?.({ type: 'progress', ...test.progress() }), 1_000);

  const exitCode = await test.run();
  clearInterval(report);
  const data = await writeSummary({ test, exportFile, quiet });
  if (process.connected) {
    process.send?.({ type: 'progress', ...test.progress() });
    process.send?.({ type: 'summary', summary: exportSummary(data) });
  }
  return exitCode;
}

function readArguments(argv: string[]) {
  const { values, positionals } = parse(argv);
  const [command, script, ...more] = positionals;
  if (command !== 'run' || !script || more.length > 0) {
    throw errors.invalidArgument(
      'usage: run [--out json=FILE] [--summary-export FILE] [-e NAME=VALUE] SCRIPT',
      argv,
    );
  }
  if (values.out !== undefined && !values.out.startsWith('json=')) {
    throw errors.invalidArgument('--out must be json=FILE', values.out);
  }
  const env = { ...(process.env as Record<string, string>) };
  for (const pair of values.env ?? []) {
    const split = pair.indexOf('=');
    if (split < 1) throw errors.invalidArgument('-e must be NAME=VALUE', pair);
    env[pair.slice(0, split)] = pair.slice(split + 1);
  }
  return {
    script,
    env,
    quiet: values.quiet ?? false,
    pointsFile: values.out?.slice('json='.length),
    exportFile: values['summary-export'],
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        'summary-export': { type: 'string' },
        env: { type: 'string', short: 'e', multiple: true },
        quiet: { type: 'boolean', short: 'q' },
      },
    });
  } catch (cause) {
    throw errors.invalidArgument(cause instanceof Error ? cause.message : String(cause), argv);
  }
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
