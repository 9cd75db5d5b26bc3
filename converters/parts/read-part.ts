import { createHash } from 'node:crypto';
import { ConverterError } from '../errors.ts';
import { SLOT } from '../map/slots.ts';
import type { ObjectStore } from '../store/store.ts';
import { decodePart } from './part.ts';
import { type Part, partRowsKey } from './part-set.ts';
import type { RowsView } from './rows-view.ts';

/** One piece of a raw object, as its part set tells of it; `n` says which piece, from 0. */
export type PartOf = Part & { readonly source: string; readonly n: number };

/** The rows of a piece as they are stored. */
export const readPart = ({ raw, runId, of }: { raw: ObjectStore; runId: string; of: PartOf }) =>
  raw.get(partRowsKey(runId, of.source, of.n));

/** The rows in `bytes`, if they are those that the part set names. @throws `PART_INVALID` */
export async function openPart({
  runId,
  of: { source, n, sha256, rows, min_ms, max_ms },
  bytes,
}: {
  runId: string;
  of: PartOf;
  bytes: Uint8Array;
}): Promise<RowsView> {
  const key = partRowsKey(runId, source, n);
  const need = (what: string, said: unknown, found: unknown): void => {
    if (said !== found)
      throw new ConverterError('PART_INVALID', `part ${key} must have ${what} ${said}, got ${found}`);
  };
  need('SHA-256', sha256, createHash('sha256').update(bytes).digest('hex'));
  const view = await decodePart({ key, bytes });
  const times = view.numbers[SLOT.time];
  need('rows', rows, view.length);
  need('the least time', min_ms, times?.[0]);
  need('the greatest time', max_ms, times?.[view.length - 1]);
  return view;
}
