import type { ConvertData } from './convert.thread.ts';
import {
  type Converted,
  type ConvertOne,
  type ObjectOf,
  type ObjectStores,
  objectConverter,
} from './parts/object-converter.ts';
import { threads } from './threads.ts';

/** Objects in hand at once, a thread: while one is computed, others come from the store or go there. */
export const AHEAD = 8;
/** Of objects of others, which may be large and are read as they come. */
export const STREAMS_AHEAD = 3;

export interface Converter {
  readonly convert: ConvertOne;
  close(): Promise<void>;
}

/** Converts objects in so many threads; 1 is this one, unless it is to stay free, and so is any number for a store in its memory. */
export function converterOf({
  raw,
  source,
  workers,
  apart = false,
}: ObjectStores & {
  workers: number;
  /** In other threads than this one. */
  apart?: boolean;
}): Converter {
  if ((workers <= 1 && !apart) || !raw.address || !source.address)
    return { convert: objectConverter({ raw, source }), close: async () => {} };
  const data: ConvertData = { raw: raw.address, source: source.address };
  const { run, close } = threads<ObjectOf, Converted>({
    ...{ module: import.meta.resolve('./convert.thread.ts'), count: workers, tasksEach: AHEAD, data },
  });
  return { convert: run, close };
}
