import { join, resolve } from 'node:path';
import type { RunRecord } from '../../converters/run/record.ts';
import type { RunId } from '../../converters/run/run-id.ts';
import { openStore } from '../../converters/store/open.ts';
import type { ObjectStore } from '../../converters/store/store.ts';

/** Where things are kept on this computer, all below the working directory. */
export const places = {
  /** Fetched datasets: `data/<run-id>`, and `data/latest`. */
  get data() {
    return resolve('data');
  },
  /** The folder that the embedded S3 server serves; its sub-folders are the buckets. It outlives the server. */
  get s3Root() {
    return resolve('.faultline/s3');
  },
  /** How to reach the stack that `faultline control` holds up (mode 0600, since it has tokens). */
  get control() {
    return resolve('.faultline/control.json');
  },
  /** Logs and state of one embedded stack. */
  stack: (runId: RunId | 'stack') => resolve('.faultline/stacks', runId),
};

export interface StoreOptions {
  raw?: string;
  datasets?: string;
  endpoint?: string;
}

/** The raw bucket that the options name, else the local one. */
export function rawStore({ raw, endpoint }: StoreOptions): ObjectStore {
  return openStore(raw ?? join(places.s3Root, 'raw'), endpoint === undefined ? {} : { endpoint });
}

/** Where the raw objects of a run lie: of foreign telemetry elsewhere than what was made of it. */
export function sourceStore({ target, raw: { prefix } }: RunRecord, options: StoreOptions): ObjectStore {
  const { endpoint } = options;
  if (target !== 'foreign') return rawStore(options);
  return openStore(prefix, endpoint === undefined ? {} : { endpoint });
}

/** The bucket of datasets that the options name, else the local one. */
export function datasetStore({ datasets, endpoint }: StoreOptions): ObjectStore {
  return openStore(datasets ?? join(places.s3Root, 'datasets'), endpoint === undefined ? {} : { endpoint });
}
