import { createHash } from 'node:crypto';
import { runIdInvalid } from './errors.ts';

declare const checked: unique symbol;
/** A run id that `parseRunId` has seen: safe as a part of a path, a key or a URL. */
export type RunId = string & { readonly [checked]: true };

/** What {@link parseRunId} takes, for the shapes of documents that name a run. */
export const RUN_ID = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** The one parser of run ids, used before any path or key is built. @throws `RUN_ID_INVALID` */
export function parseRunId(text: string): RunId {
  if (typeof text !== 'string' || !RUN_ID.test(text)) throw runIdInvalid(RUN_ID, String(text));
  return text as RunId;
}

/** A readable id such as `20261124-081503-7f3a`: start in UTC to the second, and four digits of the seed's hash. */
export function makeRunId({ start, seed }: { start: Date; seed: number }): RunId {
  const digits = start.toISOString().replace(/\D/g, '');
  const hash = createHash('sha256').update(String(seed)).digest('hex');
  return parseRunId(`${digits.slice(0, 8)}-${digits.slice(8, 14)}-${hash.slice(0, 4)}`);
}
