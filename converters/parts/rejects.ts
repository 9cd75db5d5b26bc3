import type { RejectReason } from '../errors.ts';
import type { Signal } from '../read/raw-object.ts';
import type { RunId } from '../run/run-id.ts';
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

/** All dead letters of a run, in the order of its objects. */
export async function* readRejects({
  raw,
  runId,
}: {
  raw: ObjectStore;
  runId: RunId;
}): AsyncGenerator<DeadLetter> {
  for await (const { key } of raw.list(deadLettersPrefix(runId))) {
    const text = Buffer.from(await raw.get(key)).toString('utf8');
    for (const line of text.split('\n')) if (line !== '') yield JSON.parse(line) as DeadLetter;
  }
}
