import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';
import { keptOf, MOST_KEYS } from './kept.ts';
import { failuresIn, OUTCOME_COLUMNS } from './outcome.ts';
import { DurationSketch } from './sketch.ts';

/** A request that stands for others, by the server span that began its trace. */
export interface Chosen {
  readonly what: 'typical' | 'slow' | 'failed';
  readonly why: string;
  readonly traceId: string;
  readonly route: string;
}

const COLUMNS = ['parent_span_id', 'trace_id', 'duration', 'endpoint', 'http_method', ...OUTCOME_COLUMNS];

interface Root {
  readonly traceId: string;
  readonly route: string;
  readonly failed: boolean;
  readonly duration: number;
}

/** Server spans that began a trace. */
function* rootsOf(group: RowGroup): Generator<Root> {
  const of = Object.fromEntries(COLUMNS.map((name) => [name, group.column(name)]));
  const failed = failuresIn(group);
  for (let i = 0; i < group.rows; i++) {
    if (of.event_kind?.[i] !== 'http.server' && of.event_kind?.[i] !== 'rpc.server') continue;
    const traceId = textAt(of.trace_id ?? [], i);
    const duration = of.duration?.[i] ?? null;
    if (of.parent_span_id?.[i] !== null || traceId === undefined || duration === null) continue;
    const method = textAt(of.http_method ?? [], i);
    const endpoint = textAt(of.endpoint ?? [], i) ?? '(no route)';
    const route = method === undefined ? endpoint : `${method} ${endpoint}`;
    yield { traceId, route, failed: failed(i), duration: Number(duration) };
  }
}

/** First reading: how long requests take, by route. */
export class RootsSide implements Side {
  readonly columns = COLUMNS;
  readonly #routes = new Map<string, DurationSketch>();
  readonly #all = new DurationSketch();
  readonly #failed = new DurationSketch();
  /** Without a template a route is a path, of which there may be as many as requests. */
  #others = false;

  add(group: RowGroup): void {
    for (const { route, failed, duration } of rootsOf(group)) {
      if (failed) this.#failed.add(duration);
      else {
        this.#all.add(duration);
        const ofRoute = keptOf(this.#routes, route, () => new DurationSketch());
        if (ofRoute) ofRoute.add(duration);
        else this.#others = true;
      }
    }
  }

  /** What the second reading looks for. */
  search(): RequestSearch {
    const [[route, ofRoute] = ['', new DurationSketch()]] = [...this.#routes].sort(
      ([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1),
    );
    const [median = null] = ofRoute.quantiles([0.5]);
    const [slow = null] = this.#all.quantiles([0.99]);
    const [failed = null] = this.#failed.quantiles([0.5]);
    return new RequestSearch([
      {
        what: 'typical',
        why: `the median of the most used ${this.#others ? `of the first ${MOST_KEYS} routes` : 'route'}`,
        aim: median,
        fits: (r) => !r.failed && r.route === route,
      },
      { what: 'slow', why: 'the 99th percentile of all that succeeded', aim: slow, fits: (r) => !r.failed },
      { what: 'failed', why: 'the median of all that failed', aim: failed, fits: (r) => r.failed },
    ]);
  }
}

interface Aim {
  readonly what: Chosen['what'];
  readonly why: string;
  /** Its duration, ms; null where there is no such request. */
  readonly aim: number | null;
  readonly fits: (root: Root) => boolean;
}

/** Second reading: the request that comes nearest to each aim; of equals the first. */
export class RequestSearch implements Side {
  readonly columns = COLUMNS;
  readonly #aims: { readonly aim: Aim; best: Root | undefined; distance: number }[];

  constructor(aims: readonly Aim[]) {
    this.#aims = aims.map((aim) => ({ aim, best: undefined, distance: Number.POSITIVE_INFINITY }));
  }

  add(group: RowGroup): void {
    for (const root of rootsOf(group))
      for (const one of this.#aims) {
        if (one.aim.aim === null || !one.aim.fits(root)) continue;
        const distance = Math.abs(root.duration - one.aim.aim);
        if (distance >= one.distance) continue;
        [one.best, one.distance] = [root, distance];
      }
  }

  chosen(): Chosen[] {
    return this.#aims.flatMap(({ aim: { what, why }, best }) =>
      best ? [{ what, why, traceId: best.traceId, route: best.route }] : [],
    );
  }
}
