import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type DetectorCheck, readDetectors } from '../judge/detectors.ts';
import type { ObjectStore } from '../store/store.ts';
import { type Check, checksOf } from './checks.ts';
import { type Finding, finding } from './finding.ts';
import { MANIFEST_FILE, type Manifest, parseManifest } from './manifest.ts';
import { LABELS } from './sums.ts';
import { type ValidateEvent, verifyEvents } from './verify-events.ts';
import { verifyFiles } from './verify-files.ts';
import { verifyLabels } from './verify-labels.ts';
import { verifyLedger } from './verify-ledger.ts';
import { verifyAgainstBucket, verifyManifest } from './verify-manifest.ts';
import { verifyRows } from './verify-rows.ts';

export interface VerifyOptions {
  /** Folder of a fetched dataset. */
  readonly directory: string;
  /** The deep step: every nested event is given to it. Left out, events are not validated. */
  readonly validateEvent?: ValidateEvent;
  /** The bucket that the dataset was fetched from: its manifest is the original. Left out, it is not compared. */
  readonly datasets?: ObjectStore | undefined;
  readonly onProgress?: (progress: { text: string }) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface VerifyReport {
  /** What was looked at, each with what it found. */
  readonly checks: readonly Check[];
  /** Empty: nothing is wrong with what was looked at; where that is all (no check's `ok` is null), the dataset is whole and valid. */
  readonly findings: readonly Finding[];
  /** Files that are here and named by the manifest. */
  readonly files: number;
  /** Rows of the flat files. */
  readonly rows: number;
  readonly events_validated: number;
  /** Gates that the dataset failed when it was sealed, and was published nevertheless. */
  readonly forced: readonly string[];
  /** URL of the bucket whose manifest was compared with this one; null where there was none. */
  readonly manifest_compared_with: string | null;
  /** What `report/detectors.json` says, which is under no checksum; null where it is not here. */
  readonly detectors: readonly DetectorCheck[] | null;
}

/**
 * Is a dataset whole and valid? Each step looks only at files that the steps before found whole. Memory holds one row
 * group, the set of event ids, and the trace ids of spans and of log lines. Nothing is thrown for what is wrong with the dataset.
 *
 * Files are known by the manifest. The manifest itself is known by what other files say of the same things, and by its
 * original in the bucket: without that, what stands in it alone (seed, target, versions) is taken as it is.
 */
export async function verifyDataset(options: VerifyOptions): Promise<VerifyReport> {
  const { validateEvent, datasets, onProgress, signal } = options;
  const directory = resolve(options.directory);
  const progress = (text: string) => {
    signal?.throwIfAborted();
    onProgress?.({ text });
  };
  const read = await readLocalManifest(directory);
  if ('code' in read)
    return {
      findings: [read],
      checks: checksOf({ findings: [read] }),
      files: 0,
      rows: 0,
      events_validated: 0,
      forced: [],
      manifest_compared_with: null,
      detectors: null,
    };

  const { findings, whole } = await verifyFiles({ directory, manifest: read, progress, signal });
  findings.push(...(await verifyManifest({ directory, manifest: read, whole })));
  const original = datasets ? await verifyAgainstBucket({ manifest: read, datasets }) : undefined;
  findings.push(...(original?.findings ?? []));
  const flat = await verifyRows({ directory, manifest: read, whole, progress });
  const events = flat.complete ? flat.seen : undefined;
  const nested = await verifyEvents({
    ...{ directory, whole, progress, events },
    ...(validateEvent ? { validateEvent } : {}),
  });
  const labels = await verifyLabels({ directory, manifest: read, whole, events, progress });
  findings.push(...flat.findings, ...nested.findings, ...labels.findings);
  findings.push(
    ...verifyLedger({
      ...{ manifest: read, flat, nested },
      complete: flat.complete && nested.complete && read.files.every(({ path }) => isHere(path, whole)),
    }),
  );
  const comparedWith = original?.found ? (datasets?.url ?? null) : null;
  return {
    findings,
    checks: checksOf({
      findings,
      looked: { manifest: read, comparedWith, whole, flat, nested, labels: labels.events },
    }),
    files: whole.size,
    rows: flat.rows,
    events_validated: nested.validated,
    forced: read.forced,
    manifest_compared_with: comparedWith,
    detectors: (await readDetectors(directory))?.checks ?? null,
  };
}

/** A file that is damaged is one finding; that its rows are not counted is none. */
const isHere = (path: string, whole: ReadonlyMap<string, unknown>): boolean =>
  whole.has(path) || !path.endsWith('.parquet') || path.startsWith(LABELS);

async function readLocalManifest(directory: string): Promise<Manifest | Finding> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(join(directory, MANIFEST_FILE));
  } catch (error) {
    const said = (error as Error).message;
    return finding(MANIFEST_FILE, 'MANIFEST_MISSING', `a dataset must have a manifest.json, but ${said}`);
  }
  try {
    return parseManifest({ bytes, where: MANIFEST_FILE });
  } catch (error) {
    return finding(MANIFEST_FILE, 'MANIFEST_INVALID', (error as Error).message);
  }
}
