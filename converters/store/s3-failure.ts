import {
  bucketNotFound,
  keyConflict,
  objectNotFound,
  StoreError,
  storeDenied,
  storeFailed,
  storeUnreachable,
} from './errors.ts';
import { ABSENT, BUSY } from './retry.ts';

/** What an S3 client's error comes down to. */
interface Failure {
  readonly name: string;
  readonly message: string;
  readonly code: string;
  readonly status: number | undefined;
}

export function failureOf(error: unknown): Failure {
  const from = (error ?? {}) as {
    name?: unknown;
    message?: unknown;
    code?: unknown;
    $metadata?: { httpStatusCode?: number };
  };
  return {
    name: String(from.name ?? 'Error'),
    message: String(from.message ?? error),
    code: typeof from.code === 'string' ? from.code : '',
    status: from.$metadata?.httpStatusCode,
  };
}

const NOBODY_THERE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_NODATA'];
const CUT = [
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'HPE_INVALID_CONSTANT',
];
const SILENT = ['TimeoutError', 'AbortError', 'RequestTimeout'];
const DENIED = [
  'AccessDenied',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'CredentialsProviderError',
  'AuthorizationHeaderMalformed',
  // versitygw answers an unknown access key with 404 and this name.
  'XAdminUserNotFound',
];

export function patienceFor(error: unknown) {
  const { name, code, status } = failureOf(error);
  if (error instanceof StoreError) return error.code === 'OBJECT_DAMAGED' ? BUSY : undefined;
  if (NOBODY_THERE.includes(code)) return ABSENT;
  // Before the names: the SDK calls a cut connection a TimeoutError too.
  if (CUT.includes(code)) return BUSY;
  // Each of these has taken its time already.
  if (SILENT.includes(name)) return ABSENT;
  if (name === 'ConditionalRequestConflict' || name === 'SlowDown') return BUSY;
  // 501 is final: the server does not know the request.
  return status !== undefined && (status === 429 || (status >= 500 && status !== 501)) ? BUSY : undefined;
}

export interface ExplainOptions {
  readonly error: unknown;
  readonly store: string;
  readonly endpoint: string;
  readonly action: string;
  readonly key?: string;
  readonly attempts: number;
}

/** Turns a client's error into the store's own. */
export function explain({ error, store, endpoint, action, key = '', attempts }: ExplainOptions): unknown {
  if (error instanceof StoreError) return error;
  const failure = failureOf(error);
  const { name, status, code } = failure;
  const said = [code || name, failure.message].filter((word) => word && word !== 'UnknownError').join(': ');
  const cause = plainCause(failure, error);
  if (DENIED.includes(name) || status === 401 || status === 403) {
    return storeDenied({ store, endpoint, said: said === 'Unknown' ? `HTTP ${status}` : said, cause });
  }
  if (name === 'NoSuchBucket') return bucketNotFound({ store, cause });
  if (name === 'ObjectParentIsFile' || name === 'ExistingObjectIsDirectory')
    return keyConflict({ store, key, cause });
  if (name === 'NoSuchKey' || (status === 404 && name !== 'NoSuchUpload'))
    return objectNotFound({ store, key, cause });
  if (NOBODY_THERE.includes(code) || CUT.includes(code) || SILENT.includes(name) || (status ?? 0) >= 500) {
    return storeUnreachable({ store, endpoint, said, attempts, cause });
  }
  // A certificate that is not trusted, or TLS spoken to a plain port.
  if (/^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|UNABLE_TO|SELF_SIGNED)/.test(code)) {
    return storeUnreachable({ store, endpoint, said, attempts, cause });
  }
  return storeFailed({ store, action, said, cause });
}

/** The client's errors carry the server's whole answer, access key and signed text included: those must not be printed. */
function plainCause({ name, message, code, status }: Failure, error: unknown): Error {
  const cause = new Error(message);
  cause.name = name;
  if (error instanceof Error && error.stack) cause.stack = error.stack;
  return Object.assign(cause, code ? { code } : {}, status === undefined ? {} : { status });
}
