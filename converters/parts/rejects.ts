import { ConverterError, type RejectReason } from '../errors.ts';
import type { Signal } from '../read/raw-object.ts';
import { anyText, count, matching, object, oneOf, optional, parseShape, text } from '../run/shape.ts';
import type { ObjectStore } from '../store/store.ts';
import { deadLettersPrefix } from './part-set.ts';

/** One record that was not taken, as its dead letter says it. */
export interface DeadLetter {
  readonly reason: RejectReason;
  /** What exactly is wrong, where the reason alone does not say. */
  readonly detail?: string;
  readonly signal: Signal;
  /** Key of the raw object, and which piece of it where it has several. */
  readonly source: string;
  readonly piece?: number;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
  readonly sha256: string;
  /** Printable, without secrets. */
  readonly excerpt: string;
}

/** All dead letters of a run, in the order of its objects. @throws `DEAD_LETTER_INVALID` */
export async function* readRejects({
  raw,
  runId,
}: {
  raw: ObjectStore;
  runId: string;
}): AsyncGenerator<DeadLetter> {
  for await (const { key } of raw.list(deadLettersPrefix(runId))) {
    const text = Buffer.from(await raw.get(key)).toString('utf8');
    for (const line of text.split('\n')) if (line !== '') yield letterOf(key, line);
  }
}

const letterShape = object({
  ...{ reason: text, detail: optional(text), signal: oneOf('logs', 'traces', 'metrics'), source: text },
  ...{ piece: optional(count), index: count, offset: count, length: count },
  ...{ sha256: matching(/^[0-9a-f]{64}$/), excerpt: anyText },
});

function letterOf(key: string, line: string): DeadLetter {
  const bytes = Buffer.from(line, 'utf8');
  const { value, problems } = parseShape<DeadLetter>({ bytes, check: letterShape, root: 'dead letter' });
  if (value === undefined)
    throw new ConverterError('DEAD_LETTER_INVALID', `${key}: ${problems.slice(0, 3).join('; ')}`);
  return value;
}
