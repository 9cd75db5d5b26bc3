import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';

/**
 * What the telemetry preload and the service share. They are two bundles in one process, so that a module-level
 * variable would exist twice: the line counter and the instance id must exist once.
 */
export interface ProcessState {
  /** `<service>-<8 hex>`, new at every start of a process */
  instance: string;
  /** lines logged so far */
  line: number;
  log?: Logger;
  /** flushes spans and metrics and closes the exporters; set by the preload */
  stopTelemetry?: () => Promise<void>;
}

const key = Symbol.for('storefront.process');

export function processState({ service }: { service: string }): ProcessState {
  const holder = globalThis as { [key]?: ProcessState };
  holder[key] ??= { instance: `${service}-${randomBytes(4).toString('hex')}`, line: 0 };
  return holder[key];
}
