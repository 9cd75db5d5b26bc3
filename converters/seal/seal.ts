import { rm } from 'node:fs/promises';
import { writeDocuments } from '../card/documents.ts';
import type { Ledger, Manifest } from '../dataset/manifest.ts';
import { throwIfStopped } from '../errors.ts';
import { OCSF_VERSION } from '../ocsf/common.ts';
import { runNotComplete } from '../run/errors.ts';
import type { RunRecord } from '../run/record.ts';
import { parseRunId } from '../run/run-id.ts';
import { diskFull } from '../store/errors.ts';
import { errnoOf, isDiskFull } from '../store/files.ts';
import type { ObjectStore } from '../store/store.ts';
import { DatasetWriter, type WrittenFile } from '../write/dataset-writer.ts';
import type { Partition } from '../write/partition.ts';
import { describeFiles } from './describe-files.ts';
import { settle } from './ledger.ts';
import { mergeParts, noCounts, partReader, partsOf } from './merge.ts';
import { loadPartSets } from './part-sets.ts';
import { publish } from './publish.ts';
import { makeWorkFolder } from './work-folder.ts';

export interface SealProgress {
  readonly stage: 'merge' | 'judge' | 'upload';
  readonly rows: number;
}
/** What `judge` finds in the folder: all Parquet files, complete; it may add files of its own, such as `report/quality.json` and `labels/`. What it throws keeps the dataset from being published. */
export type Judge = (dataset: {
  dir: string;
  runId: string;
  ledger: Ledger;
  /** Sealing was stopped: judging may end at once, in an error. */
  signal: AbortSignal | undefined;
}) => Promise<Judgement | undefined>;

export interface Judgement {
  /** Gates that the dataset failed, and is published nevertheless: their names. */
  readonly forced: readonly string[];
}

/**
 * The parts of a run → one dataset, published whole or not at all. Sealing again what is sealed succeeds where it is identical.
 *
 *     part sets ─► merge ─► Parquet in a temporary folder ─► ledger ─► judge ─► card ─► SHA256SUMS ─► publish
 *
 * @throws `RUN_NOT_COMPLETE`, `PART_MISSING`, `PART_INVALID`, `LEDGER_MISMATCH`, `MANIFEST_DIFFERS`, `PARQUET_WRITE`, `DISK_FULL`, `CANCELLED`
 */
export async function sealRun({
  raw,
  datasets,
  record,
  partition,
  judge,
  onProgress,
  signal,
}: {
  raw: ObjectStore;
  datasets: ObjectStore;
  record: RunRecord;
  /** Of the nested files; none: one a class. */
  partition?: Partition | undefined;
  judge?: Judge;
  onProgress?: (progress: SealProgress) => void;
  signal?: AbortSignal;
}): Promise<Manifest> {
  const { window } = record;
  const runId = parseRunId(record.run_id);
  const endMs = window.end_ms;
  if (record.state !== 'complete' || endMs === null) throw runNotComplete(runId);
  const goOn = (): void => throwIfStopped({ signal, what: `sealing run ${runId}` });
  goOn();
  const dir = await makeWorkFolder();
  try {
    const sets = await loadPartSets({ raw, record, signal });
    const writer = new DatasetWriter({ dir, runId, partition });
    let files: WrittenFile[];
    let rows = 0;
    const left = noCounts();
    const merge = mergeParts({
      ...{ parts: partsOf(sets), endMs, counts: left },
      open: partReader({ raw, runId, signal }),
    });
    try {
      for await (const batch of merge) {
        goOn();
        await writer.write(batch.rows, batch.signals);
        rows += batch.rows.length;
        onProgress?.({ stage: 'merge', rows });
      }
      files = await writer.close();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    goOn();
    const ledger = settle({ sets, merged: left, written: writer.written, classes: writer.classes });
    onProgress?.({ stage: 'judge', rows });
    goOn();
    const judgement = await judge?.({ dir, runId, ledger, signal });
    goOn();
    const said: Omit<Manifest, 'files'> = {
      schema_version: 2,
      run_id: runId,
      target: record.target,
      seed: record.seed,
      window: { start_ms: window.start_ms, end_ms: endMs },
      time_scale: record.time_scale,
      scaled: record.scaled ?? {},
      plan_hash: record.plan_hash,
      ocsf_version: OCSF_VERSION,
      versions: record.versions,
      forced: judgement?.forced ?? [],
      ledger,
      kinds: Object.fromEntries(Object.entries(writer.kinds).sort(([a], [b]) => (a < b ? -1 : 1))),
    };
    const described = await describeFiles({
      ...{ dir, parquet: files, goOn },
      documents: (of) => writeDocuments({ dir, manifest: said, traffic: record.traffic, files: of }),
    });
    const manifest: Manifest = { ...said, files: described };
    onProgress?.({ stage: 'upload', rows });
    const merged = new Set(files.map(({ path }) => path));
    await publish({ datasets, dir, manifest, merged, signal });
    return manifest;
  } catch (error) {
    // A store says itself what has no room; what else is written here lies in the work folder.
    if (isDiskFull(error) && errnoOf(error) !== 'DISK_FULL') throw diskFull({ path: dir, cause: error });
    throw error;
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
