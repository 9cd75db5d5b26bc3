import { CliError } from './errors.ts';

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort, so that the work ends in order and cleans up; a second one ends the
 * process at once (what the stack started is then stopped by its guardian).
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const onSignal = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(130);
    process.stderr.write(`\n${name}: stopping in order (once more to stop at once)…\n`);
    controller.abort(new CliError('INTERRUPTED', `interrupted by ${name}`));
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(controller.signal);
  } catch (error) {
    // whatever broke because of the interruption is not worth a report of its own
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}
