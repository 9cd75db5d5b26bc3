import { trace } from '@opentelemetry/api';
import { destination, type Logger, pino } from 'pino';
import { processState } from './process-state.ts';
import { findAppRoot, relativePaths } from './stack-paths.ts';

export type { Logger };

const appRoot = findAppRoot(process.argv[1] ?? process.cwd());

/** The `err` of a log line: type, message, stack with paths relative to the app root. */
export function describeError(error: unknown): {
  type: string;
  message: string;
  stack: string;
  code?: string;
} {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error), stack: '' };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const cause = error.cause instanceof Error ? `\ncaused by: ${error.cause.stack}` : '';
  return {
    type: error.name || error.constructor.name,
    message: relativePaths(error.message, appRoot),
    stack: relativePaths(`${error.stack}${cause}`, appRoot),
    ...code,
  };
}

/**
 * The process's logger: one JSON object a line on stdout, in the shape that the telemetry contract states. `line` counts
 * up by one a line, so that a gap is a loss. Written synchronously: a line is out before the response that it tells of.
 */
export function processLog({
  service,
  version,
  level,
}: {
  service: string;
  version: string;
  level: string;
}): Logger {
  const state = processState({ service });
  if (state.log) return state.log;
  state.log = pino(
    {
      level,
      base: { service, version, instance: state.instance },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      mixin: () => {
        state.line += 1;
        const span = trace.getActiveSpan()?.spanContext();
        return span
          ? { line: state.line, trace_id: span.traceId, span_id: span.spanId }
          : { line: state.line };
      },
    },
    destination({ fd: 1, sync: true }),
  );
  return state.log;
}
