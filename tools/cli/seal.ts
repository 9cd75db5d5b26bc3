import type { Manifest } from '../../converters/dataset/manifest.ts';
import { DETECTORS_FILE, type DetectorReport, withDetectors } from '../../converters/judge/detectors.ts';
import { judgeRun } from '../../converters/judge/judge.ts';
import { RunNotSound } from '../../converters/judge/not-sound.ts';
import { writeQuality } from '../../converters/judge/published.ts';
import type { Quality } from '../../converters/judge/quality.ts';
import type { About } from '../../converters/report/facts.ts';
import { writeReport } from '../../converters/report/report.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import { ownRawPrefix } from '../../converters/run/runs.ts';
import { type SealProgress, sealRun } from '../../converters/seal/seal.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import { readTruth } from '../../converters/truth/record.ts';
import type { Partition } from '../../converters/write/partition.ts';
import { truthWords } from '../../loadtests/campaign/plan/truth-words.ts';
import { runDetectors } from '../quality/detectors.ts';
import type { Update } from './steps.ts';

const STAGE = { merge: 'merging', judge: 'judging', upload: 'uploading' } as const;

/** How hard a dataset with labels is to read; null where that cannot be said here. */
export type Detectors = (options: {
  dir: string;
  campaign: string | null;
  signal: AbortSignal;
}) => Promise<DetectorReport | null>;

export interface SealOptions {
  readonly raw: ObjectStore;
  readonly datasets: ObjectStore;
  readonly record: RunRecord;
  readonly partition?: Partition | undefined;
  /** Publish it though a gate failed; its manifest then says which. */
  readonly force?: boolean;
  readonly detectors?: Detectors;
  readonly signal: AbortSignal;
  readonly update: Update;
}

/**
 * Seals a converted run, with the judge at work on the files before they are published.
 * @throws `RUN_NOT_SOUND` with the judgement, where a gate failed: nothing is published, and the judgement is kept beside the run
 */
export async function sealAndJudge({
  raw,
  datasets,
  record,
  partition,
  force = false,
  detectors = runDetectors,
  signal,
  update,
}: SealOptions): Promise<{ quality: Quality; rows: number }> {
  let quality: Quality | undefined;
  let told: Detected = { report: null };
  const manifest = await sealRun({
    ...{ raw, datasets, record, partition, signal },
    onProgress: tell(update),
    judge: async ({ dir, ledger }) => {
      // A stack that was up before the run, and after it, started and stopped outside of its window.
      const ownStack = record.raw.prefix === ownRawPrefix(record.run_id);
      const truth = await readTruth({ raw, runId: record.run_id });
      quality = await judgeRun({
        ...{ raw, record, dir, ledger, truth, ownStack, signal },
        leakWords: truthWords(),
      });
      if (!quality.sound && !force) throw new RunNotSound(quality, await keepRefused({ raw, quality }));
      if (truth && truth.cases.length > 0) {
        update('training and scoring the detectors');
        told = await detected({ detectors, dir, campaign: truth.campaign, signal });
      }
      await writeQuality({ dir, quality });
      const forced = quality.checks.filter(({ gate, ok }) => gate && ok === false).map(({ name }) => name);
      update('drawing the report');
      await writeReport({ dir, about: aboutOf({ quality, record, forced }), everything: false, signal });
      return { forced };
    },
  });
  if (!quality) throw new Error('sealed without a judgement');
  if (told.report) {
    const text = `${JSON.stringify(told.report, null, 1)}\n`;
    await datasets.put(`${record.run_id}/${DETECTORS_FILE}`, Buffer.from(text), {
      contentType: 'application/json',
    });
  }
  if (quality.cases.length > 0) quality = withDetectors(quality, told.report, told.why);
  return { quality, rows: rowsOf(manifest) };
}

function aboutOf({
  quality: { run_id, target, seed, window, versions },
  record: { time_scale },
  forced,
}: {
  quality: Quality;
  record: RunRecord;
  forced: readonly string[];
}): About {
  return { run_id, target, seed, window, versions, time_scale, forced };
}

/** Of telemetry that was not made here there is nothing to judge by but the ledger, which sealing settles. */
export const sealForeign = (
  run: Omit<Parameters<typeof sealRun>[0], 'judge' | 'onProgress'>,
  update: Update,
): Promise<Manifest> => sealRun({ ...run, onProgress: tell(update) });

const tell =
  (update: Update) =>
  ({ stage, rows }: SealProgress): void =>
    update(`${STAGE[stage]}: ${rows} rows`);

export const rowsOf = ({ kinds }: Manifest): number =>
  Object.values(kinds).reduce((sum, count) => sum + count, 0);

/** Beside what belongs to the run: a run of that id that is made anew removes it. @returns where; undefined where nothing can be put */
async function keepRefused({ raw, quality }: { raw: ObjectStore; quality: Quality }) {
  const key = `runs/${quality.run_id}/quality.json`;
  try {
    await raw.put(key, Buffer.from(`${JSON.stringify(quality, null, 2)}\n`), {
      contentType: 'application/json',
    });
    return `${raw.url}/${key}`;
  } catch {
    return undefined;
  }
}

interface Detected {
  readonly report: DetectorReport | null;
  /** Why there is none. */
  readonly why?: string;
}

/** Detectors that fail keep no dataset from being published: they are no part of it. */
async function detected({
  detectors,
  ...options
}: Parameters<Detectors>[0] & { detectors: Detectors }): Promise<Detected> {
  try {
    return { report: await detectors(options) };
  } catch (error) {
    options.signal.throwIfAborted();
    return { report: null, why: String((error as Error).message).split('\n')[0] ?? '' };
  }
}
