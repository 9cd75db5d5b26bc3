import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';
import { compareKeys } from '../../store/keys.ts';
import { kept } from './kept.ts';
import { failuresIn, OUTCOME_COLUMNS } from './outcome.ts';

/** A span in its place in the tree of its trace. */
export interface PlacedSpan {
  readonly service: string;
  readonly name: string;
  /** Since the trace began, ms. */
  readonly startMs: number;
  readonly durationMs: number;
  readonly failed: boolean;
  readonly depth: number;
}

interface Span extends Omit<PlacedSpan, 'depth' | 'startMs'> {
  readonly time: number;
  readonly id: string;
  readonly parent: string | undefined;
}

/** So many are kept of one trace, and so many of them drawn. */
const MOST_KEPT = 2000;
const MOST = 60;

/** All spans of some traces. */
export class SpansSide implements Side {
  readonly columns = [
    ...[
      'time',
      'trace_id',
      'span_id',
      'parent_span_id',
      'service',
      'span_name',
      'duration',
      ...OUTCOME_COLUMNS,
    ],
  ];
  readonly #traces: Map<string, { readonly spans: Span[]; count: number }>;

  constructor(traceIds: Iterable<string>) {
    this.#traces = new Map([...traceIds].map((id) => [id, { spans: [], count: 0 }]));
  }

  add(group: RowGroup): void {
    const of = Object.fromEntries(this.columns.map((name) => [name, group.column(name)]));
    const failed = failuresIn(group);
    for (let i = 0; i < group.rows; i++) {
      const trace = this.#traces.get(of.trace_id?.[i] as string);
      if (!trace) continue;
      trace.count += 1;
      if (trace.spans.length === MOST_KEPT) continue;
      trace.spans.push({
        time: Number(of.time?.[i]),
        id: textAt(of.span_id ?? [], i) ?? '',
        parent: textAt(of.parent_span_id ?? [], i),
        service: textAt(of.service ?? [], i) ?? '(no service)',
        name: textAt(of.span_name ?? [], i) ?? '(no name)',
        durationMs: Number(of.duration?.[i] ?? 0),
        failed: failed(i),
      });
    }
  }

  /** Parents before their children, siblings by their start; `more` were left out. */
  trace(traceId: string): { spans: PlacedSpan[]; more: number } {
    const { spans, count } = this.#traces.get(traceId) ?? { spans: [], count: 0 };
    const all = spans.toSorted((a, b) => a.time - b.time || compareKeys(a.id, b.id));
    const ids = new Set(all.map(({ id }) => id));
    const began = all[0]?.time ?? 0;
    const children = new Map<string, Span[]>();
    for (const span of all) kept(children, span.parent ?? '', () => []).push(span);
    const placed: PlacedSpan[] = [];
    const seen = new Set<Span>();
    const place = (span: Span, depth: number): void => {
      if (seen.has(span)) return;
      seen.add(span);
      const { time, id, parent: _, ...rest } = span;
      placed.push({ ...rest, startMs: time - began, depth });
      for (const child of id === '' ? [] : (children.get(id) ?? [])) place(child, depth + 1);
    };
    for (const span of all) if (span.parent === undefined || !ids.has(span.parent)) place(span, 0);
    const shown = placed.slice(0, MOST);
    return { spans: shown, more: count - shown.length };
  }
}
