import type { Quality } from '../../../converters/judge/quality.ts';
import type { RunId } from '../../../converters/run/run-id.ts';
import type { MemoryPeak } from '../memory.ts';

/** What a run has made, when all its steps are done. */
export interface Made {
  readonly run_id: RunId;
  readonly seed: number;
  readonly folder: string;
  /** The page that shows it. */
  readonly report: string;
  readonly rows: number;
  readonly quality: Quality;
  /** Its traffic was ended early: only the cases that were over are in the ground truth. */
  readonly interrupted: boolean;
  /** Seconds by step. */
  readonly seconds: Readonly<Record<string, number>>;
  readonly stack_memory: MemoryPeak;
  readonly thresholds_crossed: boolean;
  /** The load script's own summary, as text. */
  readonly load_summary: string;
}
