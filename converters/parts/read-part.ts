import { createHash } from 'node:crypto';
import { ConverterError } from '../errors.ts';
import { SLOT } from '../map/slots.ts';
import type { ObjectStore } from '../store/store.ts';
import { decodePart } from './part.ts';
import { type Part, partRowsKey } from './part-set.ts';
import type { RowsView } from './rows-view.ts';

/**
 * The rows of one piece of a raw object: those that its part set names, and no others. @throws `PART_INVALID`
 * @param of `n` says which piece, from 0
 */
export async function readPart({
  raw,
  runId,
  of: { source, n, sha256, rows, min_ms, max_ms },
}: {
  raw: ObjectStore;
  runId: string;
  of: Part & { readonly source: string; readonly n: number };
}): Promise<RowsView> {
  const key = partRowsKey(runId, source, n);
  const need = (what: string, said: unknown, found: unknown): void => {
    if (said !== found)
      throw new ConverterError('PART_INVALID', `part ${key} must have ${what} ${said}, got ${found}`);
  };
  const bytes = await raw.get(key);
  need('SHA-256', sha256, createHash('sha256').update(bytes).digest('hex'));
  const view = await decodePart({ key, bytes });
  const times = view.numbers[SLOT.time];
  need('rows', rows, view.length);
  need('the least time', min_ms, times?.[0]);
  need('the greatest time', max_ms, times?.[view.length - 1]);
  return view;
}
