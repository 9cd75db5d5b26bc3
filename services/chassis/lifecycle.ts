import { reasonOf } from './errors.ts';
import type { Logger } from './log.ts';
import { processState } from './process-state.ts';

/** How long a shutdown may take before the process leaves anyway, ms. Under the 10 s that Docker and ECS wait at least. */
const shutdownLimit = 9_000;
const telemetryLimit = 5_000;

/** Things to close at the end, in the order given: doors first, then what their last requests still need. */
export type Closing = readonly (readonly [name: string, close: () => Promise<unknown>])[];

/**
 * Ends the process in order on SIGTERM and SIGINT: stop accepting and finish what is in flight, close stores, flush
 * telemetry, exit 0. An error that nobody caught is logged and ends the process in the same way with exit code 1.
 */
export function closeOnSignal({
  service,
  log,
  closing,
}: {
  service: string;
  log: Logger;
  closing: Closing;
}): void {
  let ending = false;
  const end = async (exitCode: number) => {
    if (ending) return;
    ending = true;
    setTimeout(() => {
      log.error('shutdown took too long, leaving');
      process.exit(1);
    }, shutdownLimit).unref();
    for (const [name, close] of closing) {
      try {
        await close();
      } catch (error) {
        log.warn({ err: error }, `${name} did not close cleanly`);
      }
    }
    log.info('stopped');
    await stopTelemetry({ service, log });
    process.exit(exitCode);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!ending) log.info({ signal }, 'stopping');
      void end(0);
    });
  }
  const crash = (error: unknown) => {
    log.fatal({ err: error }, 'uncaught error');
    void end(1);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

/** Flushes spans and metrics; gives up after 5 s, since a collector that is away must not hold a process. */
export async function stopTelemetry({ service, log }: { service: string; log: Logger }): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not flushed within ${telemetryLimit} ms`)), telemetryLimit);
  });
  try {
    await Promise.race([processState({ service }).stopTelemetry?.(), limit]);
  } catch (error) {
    log.warn(`telemetry was not flushed: ${reasonOf(error)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs `start`; when it fails, says so in one line and ends the process with exit code 1. */
export async function startOrExit({
  service,
  log,
  start,
}: {
  service: string;
  log: Logger;
  start: () => Promise<void>;
}): Promise<void> {
  try {
    await start();
  } catch (error) {
    log.fatal({ err: error }, `could not start: ${reasonOf(error)}`);
    await stopTelemetry({ service, log });
    process.exit(1);
  }
}
