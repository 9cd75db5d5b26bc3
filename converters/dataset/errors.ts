/** Every error about datasets: subject, rule, actual value, and what to do. */
export type DatasetErrorCode =
  | 'DATASET_NOT_FOUND'
  | 'MANIFEST_INVALID'
  | 'FILE_MISSING'
  | 'CHECKSUM_MISMATCH'
  | 'TARGET_TAKEN'
  | 'DATASET_DIFFERS'
  | 'PUBLISH_TAKEN'
  | 'LATEST_TAKEN';

export class DatasetError extends Error {
  readonly code: DatasetErrorCode;
  constructor(code: DatasetErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'DatasetError';
    this.code = code;
  }
}

export const datasetNotFound = ({ runId, store, cause }: { runId: string; store: string; cause?: unknown }) =>
  new DatasetError(
    'DATASET_NOT_FOUND',
    `dataset "${runId}" must be in ${store}, but ${runId}/manifest.json is not there: it was not sealed, or the run id or the URL is another`,
    cause,
  );

export const manifestInvalid = (options: { where: string; problems: readonly string[]; cause?: unknown }) =>
  new DatasetError(
    'MANIFEST_INVALID',
    `${options.where} must be a manifest of schema version 1 or 2: ${options.problems.join('; ')}. Seal the run again`,
    options.cause,
  );

export const fileMissing = (options: { path: string; store: string; runId: string; cause?: unknown }) =>
  new DatasetError(
    'FILE_MISSING',
    `${options.path} must be in ${options.store}, since the manifest of "${options.runId}" names it, but there is no such object. ` +
      'The bucket was changed after the dataset was sealed: restore the object or seal the run again',
    options.cause,
  );

export const checksumMismatch = (options: {
  path: string;
  expected: string;
  actual: string;
  source: string;
}) =>
  new DatasetError(
    'CHECKSUM_MISMATCH',
    `${options.path} from ${options.source} must have SHA-256 ${options.expected}, got ${options.actual}. ` +
      'The object differs from what the manifest names: restore it or seal the run again',
  );

export const targetTaken = ({ to, reason }: { to: string; reason: string }) =>
  new DatasetError(
    'TARGET_TAKEN',
    `${to} must be free or hold the same dataset, but ${reason}. Nothing there was changed: choose another folder or move it away`,
  );

export const datasetDiffers = ({ runId, store }: { runId: string; store: string }) =>
  new DatasetError(
    'DATASET_DIFFERS',
    `${store} must not have dataset "${runId}" yet, or this very one, and has one with another manifest. It was left as it is: publish to another prefix`,
  );

export const publishTaken = ({ runId, store, key }: { runId: string; store: string; key: string }) =>
  new DatasetError(
    'PUBLISH_TAKEN',
    `dataset "${runId}" must not be on its way to ${store} already, but another one of this run id is, or was broken off. ` +
      `Where nobody is at it any more, delete ${key} there, and publish again`,
  );

export const latestTaken = (path: string) =>
  new DatasetError(
    'LATEST_TAKEN',
    `${path} must be free or a link to a dataset, but something else is there. Nothing was changed: move it away`,
  );
