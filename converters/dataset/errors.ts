/** Every error about datasets: subject, rule, actual value, and what to do. */
export type DatasetErrorCode =
  | 'DATASET_NOT_FOUND'
  | 'MANIFEST_INVALID'
  | 'FILE_MISSING'
  | 'CHECKSUM_MISMATCH'
  | 'TARGET_TAKEN'
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
    `${options.path} from ${options.source} must have SHA-256 ${options.expected}, got ${options.actual}, twice. ` +
      'The object differs from what the manifest names: restore it or seal the run again',
  );

export const targetTaken = ({ to, reason }: { to: string; reason: string }) =>
  new DatasetError(
    'TARGET_TAKEN',
    `${to} must be free or hold the same dataset, but ${reason}. Nothing there was changed: choose another folder or move it away`,
  );

export const latestTaken = (path: string) =>
  new DatasetError(
    'LATEST_TAKEN',
    `${path} must be free or a link to a dataset, but something else is there. Nothing was changed: move it away`,
  );
