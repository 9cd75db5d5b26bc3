import { readFlat, type Side } from '../judge/flat-side.ts';
import type { QualityCheck } from '../judge/quality.ts';
import { type Bins, binsOf } from './read/bins.ts';
import { type Call, CallsSide } from './read/calls.ts';
import { type ChangeEvent, ChangesList } from './read/changes.ts';
import { type ClassCount, ClassCounts } from './read/classes.ts';
import { type Judged, readCaseChecks, readJudged, readScores, type ScenarioScore } from './read/documents.ts';
import { GoldenSide, type ServedSignals } from './read/golden.ts';
import { type LevelCount, LogsCount, type TemplateCount } from './read/logs.ts';
import { type Chosen, RootsSide } from './read/requests.ts';
import { type IndicatorSignal, SaturationSide } from './read/saturation.ts';
import { type PlacedSpan, SpansSide } from './read/spans.ts';
import { readTruthCases, type TruthCase } from './read/truth.ts';

/** What is known of a run beside its rows. */
export interface About {
  readonly run_id: string;
  readonly target: string;
  readonly seed: number;
  readonly window: { readonly start_ms: number; readonly end_ms: number };
  readonly time_scale: number;
  /** Checks that it failed and that gate it; it was published nevertheless. */
  readonly forced: readonly string[];
  readonly versions: Readonly<Record<string, string>>;
}

/** All that the report says. */
export interface Facts {
  readonly about: About;
  readonly bins: Bins;
  readonly judged: Judged | null;
  readonly rows: number;
  readonly classes: readonly ClassCount[];
  readonly changes: { readonly events: readonly ChangeEvent[]; readonly more: number };
  readonly served: readonly ServedSignals[];
  readonly indicators: readonly IndicatorSignal[];
  readonly calls: readonly Call[];
  /** Calls between others than those that are listed. */
  readonly otherCalls: number;
  readonly requests: readonly RequestFacts[];
  readonly levels: readonly LevelCount[];
  readonly templates: {
    readonly shown: readonly TemplateCount[];
    readonly kept: number;
    /** Lines of templates beyond those that are kept. */
    readonly others: number;
  };
  /** Null where the page must not have it, or there is none. */
  readonly truth: readonly TruthCase[] | null;
  /** Of single cases; the same of those. */
  readonly caseChecks: readonly QualityCheck[] | null;
  readonly scores: readonly ScenarioScore[] | null;
}

export interface RequestFacts extends Chosen {
  readonly spans: readonly PlacedSpan[];
  /** Spans that are not listed. */
  readonly more: number;
}

const TEMPLATES = 20;

/**
 * Reads a dataset's folder. Memory holds one row group, and counts whose number does not grow with the rows.
 *
 *     traces: how long, who calls whom ─► again: which requests stand for others ─► again: their spans; then changes, logs, metrics
 *
 * @param everything  with the ground truth and the detectors' scores, where they are there
 */
export async function readFacts({
  dir,
  about,
  everything,
  signal,
}: {
  dir: string;
  about: About;
  everything: boolean;
  signal?: AbortSignal | undefined;
}): Promise<Facts> {
  const bins = binsOf(about.window);
  const classes = new ClassCounts();
  const read = async (name: string, sides: readonly Side[]): Promise<void> => {
    signal?.throwIfAborted();
    await readFlat({ dir, signal: name, sides });
  };
  const [golden, calls, roots] = [new GoldenSide(bins), new CallsSide(), new RootsSide()];
  await read('traces', [classes, golden, calls, roots]);
  const search = roots.search();
  await read('traces', [search]);
  const chosen = search.chosen();
  const spans = new SpansSide(chosen.map(({ traceId }) => traceId));
  if (chosen.length > 0) await read('traces', [spans]);
  const [logs, changes, saturation] = [new LogsCount(bins), new ChangesList(), new SaturationSide(bins)];
  // before the logs: a process that dies again and again must push no change out of the list
  await read('changes', [classes, changes]);
  await read('logs', [classes, logs, changes]);
  await read('metrics', [classes, saturation]);
  return {
    ...{ about, bins, judged: await readJudged(dir) },
    ...{ rows: classes.rows, classes: classes.counts() },
    changes: { events: changes.events(), more: changes.more },
    ...{
      served: golden.signals(),
      indicators: saturation.signals(),
      calls: calls.calls(),
      otherCalls: calls.others,
    },
    requests: chosen.map((one) => ({ ...one, ...spans.trace(one.traceId) })),
    ...{ levels: logs.levels(), templates: logs.templates(TEMPLATES) },
    truth: everything ? await readTruthCases(dir) : null,
    caseChecks: everything ? await readCaseChecks(dir) : null,
    scores: everything ? await readScores(dir) : null,
  };
}
