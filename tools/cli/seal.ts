import { judgeRun } from '../../converters/judge/judge.ts';
import type { Quality } from '../../converters/judge/quality.ts';
import type { RunRecord } from '../../converters/run/record.ts';
import { sealRun } from '../../converters/seal/seal.ts';
import type { ObjectStore } from '../../converters/store/store.ts';
import type { Update } from './steps.ts';

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
    onProgress: ({ text }) => update(text),
    judge: async ({ dir }) => {
      update('judging: conservation, joins, clocks');
      quality = await judgeRun({ raw, record, dir });
      return quality;
    },
  });
  if (!quality) throw new Error('sealed without a judgement');
  return { quality, rows: Object.values(manifest.kinds).reduce((sum, count) => sum + count, 0) };
}
