import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { convertRun } from '../../../converters/convert.ts';
import { fetchDataset } from '../../../converters/dataset/fetch.ts';
import { pointLatest } from '../../../converters/dataset/latest.ts';
import { WINDOWS_FILE } from '../../../converters/dataset/verify-labels.ts';
import { DETECTORS_FILE } from '../../../converters/judge/detectors.ts';
import type { Quality } from '../../../converters/judge/quality.ts';
import { FULL_REPORT_FILE, REPORT_FILE } from '../../../converters/report/files.ts';
import { writeReport } from '../../../converters/report/report.ts';
import type { RunRecord } from '../../../converters/run/record.ts';
import type { ObjectStore } from '../../../converters/store/store.ts';
import { manifestOf } from '../dataset-folder.ts';
import { places } from '../places.ts';
import { sealAndJudge } from '../seal.ts';
import type { Update } from '../steps.ts';

interface MakingOptions {
  readonly raw: ObjectStore;
  readonly datasets: ObjectStore;
  readonly record: RunRecord;
  /** Where the dataset is fetched to. */
  readonly folder: string;
  /** With the ground truth. */
  readonly labels: boolean;
  /** Publish it though a gate failed. */
  readonly force: boolean;
  /** Convert only what is not converted yet. */
  readonly missing: boolean;
  readonly signal: AbortSignal;
}

/** From a run that is recorded to its end to a dataset on this computer: convert, seal, fetch. */
export class DatasetMaking {
  readonly #options: MakingOptions;
  #sealed: { quality: Quality; rows: number } | undefined;
  #hasFull = false;

  constructor(options: MakingOptions) {
    this.#options = options;
  }

  /** Undefined until it is sealed. */
  get sealed(): { quality: Quality; rows: number } | undefined {
    return this.#sealed;
  }

  async convert(update: Update): Promise<string> {
    const { raw, record, missing, signal } = this.#options;
    const report = await convertRun({
      ...{ raw, record, missing, signal, workers: availableParallelism() },
      onProgress: ({ objects, rows }) => update(`${objects} raw objects, ${rows} rows`),
    });
    return `${report.objects} raw objects, ${report.validated} events checked against the schema`;
  }

  async seal(update: Update): Promise<string> {
    const { raw, datasets, record, force, signal } = this.#options;
    this.#sealed = await sealAndJudge({ raw, datasets, record, force, signal, update });
    return `${this.#sealed.rows} rows`;
  }

  /** The page to look at, once it is fetched. */
  get report(): string {
    return join(this.#options.folder, this.#hasFull ? FULL_REPORT_FILE : REPORT_FILE);
  }

  /** With the ground truth and the detectors' scores, where either has come along. */
  async #drawFull(): Promise<void> {
    const { folder, signal } = this.#options;
    const apart = [WINDOWS_FILE, DETECTORS_FILE].map((path) => stat(join(folder, path)));
    const there = await Promise.allSettled(apart);
    if (!there.some(({ status }) => status === 'fulfilled')) return;
    await writeReport({ dir: folder, about: await manifestOf(folder), everything: true, signal });
    this.#hasFull = true;
  }

  async fetch(): Promise<string> {
    const { datasets, record, folder, labels, signal } = this.#options;
    const { files, bytes } = await fetchDataset({
      ...{ datasets, labels, signal },
      runId: record.run_id,
      to: folder,
    });
    await pointLatest(places.data, record.run_id);
    await this.#drawFull();
    return `${files} files, ${(bytes / 1e6).toFixed(1)} MB`;
  }
}
