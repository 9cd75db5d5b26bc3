import { join } from 'node:path';
import { openParquet } from '../../dataset/parquet.ts';
import { WINDOWS_FILE } from '../../dataset/verify-labels.ts';
import { errnoOf } from '../../store/files.ts';

/** A case of the ground truth. Times are epoch ms. */
export interface TruthCase {
  readonly case: number;
  readonly scenario: string;
  readonly fault: boolean;
  readonly services: readonly string[];
  readonly start: number;
  readonly trigger: number;
  /** Where it had an effect. */
  readonly onset: number | null;
  readonly impactEnd: number | null;
  /** When it was taken back, or its time was over. */
  readonly end: number;
}

const COLUMNS = [
  ...[
    'case',
    'scenario',
    'truth',
    'affected_services',
    'start_ms',
    'trigger_ms',
    'onset_ms',
    'impact_end_ms',
  ],
  ...['revert_ms', 'end_ms'],
] as const;

/** The cases of a dataset's labels, in order of time; null where the labels are not here. */
export async function readTruthCases(dir: string): Promise<TruthCase[] | null> {
  const parquet = await openParquet(join(dir, WINDOWS_FILE)).catch((error) => {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (!parquet) return null;
  const cases: TruthCase[] = [];
  try {
    for await (const group of parquet.groups(COLUMNS))
      for (let i = 0; i < group.rows; i++)
        cases.push(caseOf((name) => group.column(name)[i] as string | number | null));
  } finally {
    await parquet.close();
  }
  return cases.sort((a, b) => a.trigger - b.trigger || a.case - b.case);
}

function caseOf(cell: (name: (typeof COLUMNS)[number]) => string | number | null): TruthCase {
  const time = (name: (typeof COLUMNS)[number]) => {
    const value = cell(name);
    return value === null ? null : Number(value);
  };
  const trigger = time('trigger_ms') ?? 0;
  return {
    case: Number(cell('case')),
    scenario: String(cell('scenario') ?? ''),
    fault: cell('truth') === 'fault',
    services: JSON.parse(String(cell('affected_services') ?? '[]')) as string[],
    ...{ start: time('start_ms') ?? trigger, trigger },
    ...{ onset: time('onset_ms'), impactEnd: time('impact_end_ms') },
    end: time('revert_ms') ?? time('impact_end_ms') ?? time('end_ms') ?? trigger,
  };
}
