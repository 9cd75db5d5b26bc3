/** Every error about run ids and run records: subject, rule, actual value, and what to do. */
export type RunErrorCode =
  | 'RUN_ID_INVALID'
  | 'RUN_ID_TAKEN'
  | 'RUN_NOT_FOUND'
  | 'RUN_RECORD_INVALID'
  | 'RUN_NOT_COMPLETE'
  | 'RUN_CHANGED'
  | 'NOTHING_TO_CONVERT'
  | 'TRUTH_INVALID'
  | 'RUN_NOT_SOUND';

export class RunError extends Error {
  readonly code: RunErrorCode;
  constructor(code: RunErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'RunError';
    this.code = code;
  }
}

export const runIdInvalid = (pattern: RegExp, actual: string) =>
  new RunError(
    'RUN_ID_INVALID',
    `run id must match ${pattern}, got ${JSON.stringify(actual.length > 60 ? `${actual.slice(0, 60)}…` : actual)}`,
  );

/** `held` says how the id is held. */
export const runIdTaken = (options: {
  runId: string;
  store: string;
  held: 'complete' | 'unknown' | { readonly by: string; readonly inSight: boolean };
  cause?: unknown;
}) => {
  const { runId, store, held, cause } = options;
  const other = 'Choose another run id, or leave it out';
  const remove = `if that run was killed, remove runs/${runId}.json there`;
  const rest =
    held === 'complete'
      ? `is complete and was left as it is. ${other}; \`faultline convert ${runId}\` and \`seal\` go on from it`
      : held === 'unknown'
        ? `was left as it is. ${other}; ${remove}`
        : held.inSight
          ? `still runs (${held.by}). ${other}; or wait for it`
          : `was left as it is: it is made by ${held.by}, which cannot be seen from here. ${other}; ${remove}`;
  return new RunError(
    'RUN_ID_TAKEN',
    `run id must be new, but ${store} already has a run "${runId}", which ${rest}`,
    cause,
  );
};

export const runNotFound = ({ runId, store, cause }: { runId: string; store: string; cause?: unknown }) =>
  new RunError(
    'RUN_NOT_FOUND',
    `run "${runId}" must have a record in ${store}, but runs/${runId}.json is not there. Check the run id and the raw bucket's URL`,
    cause,
  );

export const runRecordInvalid = (options: {
  runId: string;
  store: string;
  problems: readonly string[];
  cause?: unknown;
}) =>
  new RunError(
    'RUN_RECORD_INVALID',
    `record runs/${options.runId}.json of ${options.store} must be a run record of schema version 1: ${options.problems.join('; ')}. ` +
      'It was damaged, or written by another version: restore it, or make the run again',
    options.cause,
  );

export const runNotComplete = (runId: string) =>
  new RunError(
    'RUN_NOT_COMPLETE',
    `run "${runId}" must be complete before it can be converted, sealed or judged, but its record says that it still runs ` +
      '(no end of the window, or no time by which its telemetry was in the bucket). Wait for it; if it was killed, it cannot be completed: make a run of that id again',
  );

export const runChanged = ({ runId, store, reason }: { runId: string; store: string; reason: string }) =>
  new RunError(
    'RUN_CHANGED',
    `run "${runId}" of ${store} must still be the one that was claimed, but ${reason}. Its record was left as it is`,
  );

export const nothingToConvert = ({ runId, from, why }: { runId: string; from: string; why: string }) =>
  new RunError(
    'NOTHING_TO_CONVERT',
    `run "${runId}" must be made of OTLP objects (protobuf or JSON, gzip or plain), but ${why} in ${from}. Check the place and, if given, --since and --until`,
  );

export const truthInvalid = (options: {
  runId: string;
  store: string;
  problems: readonly string[];
  cause?: unknown;
}) =>
  new RunError(
    'TRUTH_INVALID',
    `ground truth truth/${options.runId}.json of ${options.store} must be of schema version 1: ${options.problems.join('; ')}. ` +
      'It was damaged, or written by another version: restore it, or make the run again',
    options.cause,
  );
