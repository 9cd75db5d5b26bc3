import { CliError } from './errors.ts';

export interface Interrupt {
  /** Aborted when everything is to end in order. */
  readonly signal: AbortSignal;
  /**
   * Runs a part that may end early and still be of use: a first Ctrl-C meanwhile aborts the signal of this part alone, and
   * what follows goes on with what there is; one more ends everything, and aborts `cutOff`: what is ending is waited for no longer.
   */
  part<T>(hint: string, work: (signal: AbortSignal, cutOff: AbortSignal) => Promise<T>): Promise<T>;
}

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort, so that the work ends in order and cleans up; a second one ends the
 * process at once (what the stack started is then stopped by its guardian).
 */
export async function interruptible<T>(
  work: (signal: AbortSignal, interrupt: Interrupt) => Promise<T>,
): Promise<T> {
  const whole = new AbortController();
  let part:
    | { readonly hint: string; readonly controller: AbortController; readonly cutOff: AbortController }
    | undefined;
  const onSignal = (name: NodeJS.Signals) => {
    if (whole.signal.aborted) process.exit(130);
    const reason = new CliError('INTERRUPTED', `interrupted by ${name}`);
    if (part && !part.controller.signal.aborted && name === 'SIGINT') {
      process.stderr.write(`\n${name}: ${part.hint} (once more to end everything)…\n`);
      part.controller.abort(reason);
      return;
    }
    process.stderr.write(`\n${name}: stopping in order (once more to stop at once)…\n`);
    if (part?.controller.signal.aborted) part.cutOff.abort(reason);
    whole.abort(reason);
  };
  const interrupt: Interrupt = {
    signal: whole.signal,
    part: async (hint, partial) => {
      const [controller, cutOff] = [new AbortController(), new AbortController()];
      part = { hint, controller, cutOff };
      try {
        return await partial(AbortSignal.any([controller.signal, whole.signal]), cutOff.signal);
      } finally {
        part = undefined;
      }
    },
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, onSignal);
  try {
    return await work(whole.signal, interrupt);
  } catch (error) {
    // whatever broke because of the interruption is not worth a report of its own; what it leaves behind is
    const told = !whole.signal.aborted || (error instanceof CliError && error.code === 'NOT_REVERTED');
    throw told ? error : whole.signal.reason;
  } finally {
    for (const name of signals) process.off(name, onSignal);
  }
}
