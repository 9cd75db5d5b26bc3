/** Process exit codes of k6, which the runner shares. */
export const EXIT = {
  ok: 0,
  thresholdsFailed: 99,
  setupTimeout: 100,
  teardownTimeout: 101,
  invalidConfig: 104,
  interrupted: 105,
  scriptFailed: 107,
} as const;

/** An error that the person who wrote the script or the command line can mend. */
export class RunnerError extends Error {
  override readonly name = 'RunnerError';
  readonly code: string;
  /** What the process exits with when nothing catches this. */
  readonly exitCode: number;

  constructor({
    code,
    exitCode,
    text,
    cause,
  }: { code: string; exitCode: number; text: string; cause?: unknown }) {
    super(text, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exitCode = exitCode;
  }
}

const SUBSET =
  'the bundled runner offers k6 {check, fail}, k6/http {asyncRequest}, k6/execution {vu, scenario} and k6/metrics {Counter, Gauge, Rate, Trend}; for all of k6 install k6 itself (https://grafana.com/docs/k6)';

const config = (code: string, text: string) => new RunnerError({ code, exitCode: EXIT.invalidConfig, text });
const script = (code: string, text: string, cause?: unknown) =>
  new RunnerError({ code, exitCode: EXIT.scriptFailed, text, cause });

/** Every error the runner raises itself, on one page. */
export const errors = {
  unsupportedImport: (what: string, cause?: unknown) =>
    script('UNSUPPORTED_IMPORT', `import of ${what} is not supported: ${SUBSET}`, cause),
  unsupportedCall: (what: string) => script('UNSUPPORTED_CALL', `${what} is not supported: ${SUBSET}`),
  outsideVu: (what: string) =>
    script(
      'OUTSIDE_VU',
      `${what} can only be used in setup, teardown or an iteration, not while the script loads`,
    ),
  scriptFailed: (path: string, cause: unknown) =>
    script(
      'SCRIPT_FAILED',
      `script ${path} failed to load: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    ),
  missingFunction: (name: string, scenario: string) =>
    config(
      'MISSING_FUNCTION',
      `scenario ${scenario} runs the function ${name}, which the script must export`,
    ),
  unsupportedOption: (name: string, allowed: readonly string[]) =>
    config(
      'UNSUPPORTED_OPTION',
      `option ${name} is not supported by the bundled runner; it knows ${allowed.join(', ')}`,
    ),
  invalidOption: (name: string, rule: string, value: unknown) =>
    config('INVALID_OPTION', `option ${name} must be ${rule}, got ${JSON.stringify(value)}`),
  invalidThreshold: (metric: string, rule: string, value: unknown) =>
    config('INVALID_THRESHOLD', `threshold on ${metric} must be ${rule}, got ${JSON.stringify(value)}`),
  unknownThresholdMetric: (metric: string) =>
    config('UNKNOWN_METRIC', `threshold names the metric ${metric}, which neither k6 nor the script defines`),
  invalidSegment: (option: string, rule: string, value: string) =>
    config('INVALID_SEGMENT', `${option} ${rule}, got ${JSON.stringify(value)}`),
  invalidArgument: (rule: string, value: unknown) =>
    config('INVALID_ARGUMENT', `${rule}, got ${JSON.stringify(value)}`),
  metricRedefined: (name: string, was: string, now: string) =>
    script('METRIC_REDEFINED', `metric ${name} is a ${was} already and cannot become a ${now}`),
  invalidMetricName: (name: unknown) =>
    script(
      'INVALID_METRIC_NAME',
      `metric name must match /^[A-Za-z_][A-Za-z0-9_]{0,127}$/, got ${JSON.stringify(name)}`,
    ),
  invalidTag: (name: string, value: unknown) =>
    script('INVALID_TAG', `tag ${name} must be a string, number or boolean, got ${typeof value}`),
  thresholdAborts: ({
    source,
    selector,
    actual,
  }: {
    source: string;
    selector: string;
    actual: number | undefined;
  }) =>
    new RunnerError({
      code: 'THRESHOLD_ABORTS',
      exitCode: EXIT.thresholdsFailed,
      text: `threshold ${source} on ${selector} failed (${actual}): test aborted`,
    }),
  phaseTimeout: (phase: 'setup' | 'teardown', limit: string) =>
    new RunnerError({
      code: 'PHASE_TIMEOUT',
      exitCode: phase === 'setup' ? EXIT.setupTimeout : EXIT.teardownTimeout,
      text: `${phase} must end within ${phase}Timeout (${limit}), and did not`,
    }),
};

/** Ends an iteration that gracefulStop or a second Ctrl-C cuts off; never shown to users. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}
