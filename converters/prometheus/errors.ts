/** Every error about a Prometheus server: subject, rule, actual value, and what to do. */
export type PrometheusErrorCode =
  | 'INVALID_PROMETHEUS_URL'
  | 'INVALID_SELECTOR'
  | 'PROMETHEUS_UNREACHABLE'
  | 'PROMETHEUS_DENIED'
  | 'PROMETHEUS_REFUSED'
  | 'PROMETHEUS_INCOMPLETE'
  | 'NOT_A_PROMETHEUS'
  | 'NO_SAMPLES';

export class PrometheusError extends Error {
  readonly code: PrometheusErrorCode;
  constructor(code: PrometheusErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PrometheusError';
    this.code = code;
  }
}

/** Environment variable that holds a bearer token. */
export const TOKEN_VARIABLE = 'FAULTLINE_PROMETHEUS_TOKEN';

export const invalidPrometheusUrl = (url: string, reason: string) =>
  new PrometheusError(
    'INVALID_PROMETHEUS_URL',
    `a Prometheus server is given as http://host[:port][/path] or https://…, got "${url.replace(/\/\/[^/@]*@/, '//…@')}": ${reason}`,
  );

export const invalidSelector = (match: string) =>
  new PrometheusError(
    'INVALID_SELECTOR',
    `a series selector is written as {job="api"} or http_requests_total{job="api"}, got ${JSON.stringify(match)}`,
  );

export const unreachable = (url: string, attempts: number, cause: unknown) =>
  new PrometheusError(
    'PROMETHEUS_UNREACHABLE',
    `${url} must answer, and did not in ${attempts} attempt${attempts === 1 ? '' : 's'}. Check that the server runs, and the address`,
    cause,
  );

export const denied = ({ url, status, token }: { url: string; status: number; token: boolean }) =>
  new PrometheusError(
    'PROMETHEUS_DENIED',
    `${url} must grant access, but answered ${status}${token ? ' to the token' : ''}. Put a bearer token that may read metrics into ${TOKEN_VARIABLE}`,
  );

export const refused = ({ url, status, said }: { url: string; status: number; said: string }) =>
  new PrometheusError(
    'PROMETHEUS_REFUSED',
    `${url} must answer the query, but answered ${status}: ${said}. Check --match, and the limits of the server`,
  );

export const incomplete = ({ url, said }: { url: string; said: string }) =>
  new PrometheusError(
    'PROMETHEUS_INCOMPLETE',
    `${url} must answer with all samples, but warns: ${said}. Try it again when all of its stores are there`,
  );

export const notPrometheus = ({ url, what, cause }: { url: string; what: string; cause?: unknown }) =>
  new PrometheusError(
    'NOT_A_PROMETHEUS',
    `${url} must speak the HTTP API of Prometheus, but ${what}. Give the address below which /api/v1/query lies`,
    cause,
  );

export const noSamples = (options: { url: string; match: string | undefined; from: string; to: string }) =>
  new PrometheusError(
    'NO_SAMPLES',
    `${options.url} must have samples${options.match === undefined ? '' : ` of ${options.match}`} from ${options.from} to ${options.to}, and has none. ` +
      'Check --since, --until and --match, and how long the server keeps its samples',
  );
