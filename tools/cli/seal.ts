import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { judgeRun } from '../../converters/judge/judge.ts';
import type { Quality } from '../../converters/judge/quality.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import { ownRawPrefix } from '../../converters/run/runs.ts';
import { sealRun } from '../../converters/seal/seal.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import { readTruth } from '../../converters/truth/record.ts';
import { truthWords } from '../../loadtests/campaign/plan/truth-words.ts';
import type { Update } from './steps.ts';

const STAGE = { merge: 'merging', judge: 'judging', upload: 'uploading' } as const;

/** Seals a converted run, with the judge at work on the files before they are published. */
export async function sealAndJudge({
  raw,
  datasets,
  record,
  signal,
  update,
}: {
  raw: ObjectStore;
  datasets: ObjectStore;
  record: RunRecord;
  signal: AbortSignal;
  update: Update;
}): Promise<{ quality: Quality; rows: number }> {
  let quality: Quality | undefined;
  const manifest = await sealRun({
    raw,
    datasets,
    record,
    signal,
    onProgress: ({ stage, rows }) => update(`${STAGE[stage]}: ${rows} rows`),
    judge: async ({ dir, ledger }) => {
      // A stack that was up before the run, and after it, started and stopped outside of its window.
      const ownStack = record.raw.prefix === ownRawPrefix(record.run_id);
      const truth = await readTruth({ raw, runId: record.run_id });
      quality = await judgeRun({
        ...{ raw, record, dir, ledger, truth, ownStack, signal },
        leakWords: truthWords(),
      });
      await mkdir(join(dir, 'report'), { recursive: true });
      await writeFile(join(dir, 'report/quality.json'), `${JSON.stringify(quality, null, 2)}\n`);
    },
  });
  if (!quality) throw new Error('sealed without a judgement');
  return { quality, rows: Object.values(manifest.kinds).reduce((sum, count) => sum + count, 0) };
}
