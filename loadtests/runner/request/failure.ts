/** k6's number and wording for a request that got no response. https://grafana.com/docs/k6/latest/javascript-api/error-codes/ */
export interface Failure {
  error: string;
  error_code: number;
}

export const TIMED_OUT: Failure = { error: 'request timeout', error_code: 1050 };
export const INTERRUPTED: Failure = { error: 'context canceled', error_code: 1000 };
export const invalidUrl = (url: string): Failure => ({ error: `invalid URL: ${url}`, error_code: 1020 });

const UNKNOWN_AUTHORITY = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Names a Node network error by k6's codes. */
export function classifyFailure(cause: NodeJS.ErrnoException): Failure {
  const { code = '', syscall, message } = cause;
  // Node says ECONNRESET for a peer's plain close as well, then without a system call behind it.
  if (code === 'ECONNRESET' && !syscall) return { error: 'EOF', error_code: 1000 };
  if (code === 'ECONNRESET') return { error: 'read: connection reset by peer', error_code: 1220 };
  if (code === 'EPIPE') return { error: 'write: broken pipe', error_code: 1201 };
  if (code === 'ENOTFOUND' || code === 'ENODATA') return { error: 'lookup: no such host', error_code: 1101 };
  if (syscall === 'getaddrinfo') return { error: `lookup: ${code}`, error_code: 1100 };
  if (code === 'ECONNREFUSED') return { error: 'dial: connection refused', error_code: 1212 };
  if (code === 'ETIMEDOUT') return { error: 'dial: i/o timeout', error_code: 1211 };
  if (syscall === 'connect') return { error: `dial: ${code}`, error_code: 1210 };
  if (UNKNOWN_AUTHORITY.has(code)) return { error: 'x509: unknown certificate authority', error_code: 1310 };
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return { error: "x509: certificate doesn't match hostname", error_code: 1311 };
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) {
    return { error: `tls: ${message}`, error_code: 1300 };
  }
  if (syscall) return { error: `${syscall}: ${code}`, error_code: 1202 };
  return { error: message, error_code: 1000 };
}
