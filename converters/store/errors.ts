/** Every error a store raises: what the subject, the rule and the actual value are, and what to do. */
export type StoreErrorCode =
  | 'INVALID_URL'
  | 'INVALID_KEY'
  | 'KEY_CONFLICT'
  | 'OBJECT_NOT_FOUND'
  | 'OBJECT_EXISTS'
  | 'BUCKET_NOT_FOUND'
  | 'STORE_DENIED'
  | 'STORE_UNREACHABLE'
  | 'STORE_FAILED'
  | 'OBJECT_DAMAGED'
  | 'DISK_FULL';

/** Thrown by every backend; `code` is stable, `message` is for people, `cause` is what the system or the server said. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
  }
}

export function isStoreError(error: unknown, code: StoreErrorCode): error is StoreError {
  return error instanceof StoreError && error.code === code;
}

export const invalidUrl = (url: string, reason: string) =>
  new StoreError(
    'INVALID_URL',
    `store URL must be s3://bucket[/prefix], file:///folder, a folder's path, or memory:, got "${url}": ${reason}`,
  );

export const invalidKey = (key: string, reason: string) =>
  new StoreError(
    'INVALID_KEY',
    `object key ${reason}, got ${JSON.stringify(key.length > 120 ? `${key.slice(0, 120)}…` : key)}: ` +
      'keys are "/" separated names without empty, "." or ".." segments and control characters, at most 1024 bytes in all and 255 a segment',
  );

export const keyConflict = ({ store, key, cause }: { store: string; key: string; cause?: unknown }) =>
  new StoreError(
    'KEY_CONFLICT',
    `object ${key} cannot be put into ${store}: a folder-backed store cannot hold an object and a folder of the same name, ` +
      'and one of the two is there already. Delete it or choose another key',
    cause,
  );

export const objectNotFound = ({ store, key, cause }: { store: string; key: string; cause?: unknown }) =>
  new StoreError(
    'OBJECT_NOT_FOUND',
    `object ${key} must exist in ${store}, but there is none of that key. Check the run id and the store's URL`,
    cause,
  );

export const objectExists = ({ store, key, cause }: { store: string; key: string; cause?: unknown }) =>
  new StoreError(
    'OBJECT_EXISTS',
    `object ${key} must be new in ${store}, but it is there already and was left as it is. Choose another key or delete it first`,
    cause,
  );

export const bucketNotFound = ({ store, cause }: { store: string; cause?: unknown }) =>
  new StoreError(
    'BUCKET_NOT_FOUND',
    `${store}: the bucket or folder must exist, and the server says that it does not. Create it, or check its name`,
    cause,
  );

export const storeDenied = (options: { store: string; endpoint: string; said: string; cause?: unknown }) =>
  new StoreError(
    'STORE_DENIED',
    `${options.store}: access must be granted, but ${options.endpoint} answered "${options.said}". ` +
      'Check the credentials (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY or the profile), the region, and what they may do on this bucket',
    options.cause,
  );

export const storeUnreachable = (options: {
  store: string;
  endpoint: string;
  said: string;
  attempts: number;
  cause?: unknown;
}) =>
  new StoreError(
    'STORE_UNREACHABLE',
    `${options.store}: ${options.endpoint} must answer, but after ${options.attempts} ` +
      `attempt${options.attempts === 1 ? '' : 's'} the last result was "${options.said}". ` +
      'Check that the server runs, and the endpoint (option, AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL: host name, port, http or https)',
    options.cause,
  );

export const storeFailed = (options: { store: string; action: string; said: string; cause?: unknown }) =>
  new StoreError(
    'STORE_FAILED',
    `${options.store}: ${options.action} must succeed, but the result was "${options.said}"`,
    options.cause,
  );

export const objectDamaged = (options: { store: string; key: string; expected: number; actual: number }) =>
  new StoreError(
    'OBJECT_DAMAGED',
    `object ${options.key} of ${options.store} must have ${options.expected} bytes, got ${options.actual}: ` +
      'the transfer was cut or the object was replaced meanwhile. Run the command again',
  );

export const diskFull = ({ path, cause }: { path: string; cause?: unknown }) =>
  new StoreError(
    'DISK_FULL',
    `${path} must fit on its disk, but there is no space left or the quota is used up. ` +
      'Nothing that was complete has changed: free some space and run the command again',
    cause,
  );
