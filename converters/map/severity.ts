import { byName } from './line.ts';

/** Log level → OCSF `severity_id`, syslog style. */
const LEVELS = byName({
  trace: 1,
  debug: 1,
  verbose: 1,
  info: 1,
  log: 1,
  notice: 2,
  warn: 3,
  warning: 3,
  error: 4,
  critical: 5,
  alert: 5,
  fatal: 6,
  panic: 6,
  emerg: 6,
  // pino and bunyan, unless they are told to write names
  ...{ '10': 1, '20': 1, '30': 1, '40': 3, '50': 4, '60': 6 },
});
export const ERROR = 4;

/** 0 (Unknown) for a level that is absent or unheard of. */
export const levelSeverity = (level: string | undefined): number =>
  LEVELS.get(level?.toLowerCase() ?? '') ?? 0;

/** OTLP severity number (logs data model, "Severity fields") → level; undefined where not said. */
export function otlpLevel(severity: number): string | undefined {
  const names = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
  return severity >= 1 && severity <= 24 ? names[(severity - 1) >> 2] : undefined;
}

/** HTTP status → severity: below 400 Informational, 4xx Low, 5xx High; 0 where there was no answer. */
export const httpSeverity = (status: number): number => (status < 400 ? 1 : status < 500 ? 2 : 4);
export const httpStatusId = (status: number): number => (status < 400 ? 1 : 2);
