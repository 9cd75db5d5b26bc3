import { type RowGroup, textAt } from '../../dataset/parquet.ts';
import type { Side } from '../../judge/flat-side.ts';
import { compareKeys } from '../../store/keys.ts';
import { type Bins, binOf } from './bins.ts';
import { kept, keptOf } from './kept.ts';
import { templateOf } from './templates.ts';

/** Lines of one level by bin. */
export interface LevelCount {
  readonly level: string;
  readonly total: number;
  readonly counts: readonly number[];
}

/** Lines of one template of one service by bin. */
export interface TemplateCount extends LevelCount {
  readonly service: string;
  readonly template: string;
}

/** So many levels are kept apart, and the usual ones always: a table has a column for each. */
const MOST_LEVELS = 16;
const OTHERS = '(others)';
const ACCESS = 'http.access';
const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'];

interface Tally {
  total: number;
  readonly counts: number[];
}

/** Log lines by level, and by template. */
export class LogsCount implements Side {
  readonly columns = [
    'time',
    'event_kind',
    'service',
    'level',
    'message',
    'http_method',
    'endpoint',
    'http_status',
  ];
  readonly #bins: Bins;
  readonly #levels = new Map<string, Tally>();
  readonly #templates = new Map<string, Tally & { service: string; level: string; template: string }>();
  #others = 0;

  constructor(bins: Bins) {
    this.#bins = bins;
  }

  add(group: RowGroup): void {
    const of = Object.fromEntries(this.columns.map((name) => [name, group.column(name)]));
    for (let i = 0; i < group.rows; i++) {
      const bin = binOf(this.#bins, Number(of.time?.[i]));
      if (bin < 0) continue;
      const level = textAt(of.level ?? [], i)?.toLowerCase() ?? '(none)';
      this.#count(this.#ofLevel(level), bin);
      const service = textAt(of.service ?? [], i) ?? '(no service)';
      const template =
        of.event_kind?.[i] === ACCESS
          ? accessTemplate([of.http_method?.[i], of.endpoint?.[i], of.http_status?.[i]])
          : templateOf(textAt(of.message ?? [], i) ?? '(no text)');
      const key = JSON.stringify([service, level, template]);
      const tally = keptOf(this.#templates, key, () => ({ ...this.#tally(), service, level, template }));
      if (tally) this.#count(tally, bin);
      else this.#others += 1;
    }
  }

  #ofLevel(level: string): Tally {
    const most = LEVELS.includes(level) ? Infinity : MOST_LEVELS;
    return keptOf(this.#levels, level, this.#tally, most) ?? kept(this.#levels, OTHERS, this.#tally);
  }

  #tally = (): Tally => ({ total: 0, counts: new Array<number>(this.#bins.count).fill(0) });

  #count(tally: Tally, bin: number): void {
    tally.total += 1;
    tally.counts[bin] = (tally.counts[bin] ?? 0) + 1;
  }

  /** The gravest first. */
  levels(): LevelCount[] {
    const rank = (level: string) => (LEVELS.indexOf(level) + LEVELS.length + 1) % (LEVELS.length + 1);
    return [...this.#levels]
      .map(([level, tally]) => ({ level, ...tally }))
      .sort((a, b) => rank(a.level) - rank(b.level) || compareKeys(a.level, b.level));
  }

  /** The most frequent first; `kept` templates were seen first, and `others` lines are of those seen later. */
  templates(most: number): { shown: TemplateCount[]; kept: number; others: number } {
    const all = [...this.#templates.values()].sort(
      (a, b) => b.total - a.total || compareKeys(`${a.service} ${a.template}`, `${b.service} ${b.template}`),
    );
    return { shown: all.slice(0, most), kept: all.length, others: this.#others };
  }
}

const accessTemplate = (parts: readonly unknown[]): string =>
  parts.map((part) => (part === null || part === undefined ? '–' : String(part))).join(' ');
