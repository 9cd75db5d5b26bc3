export type Json = Record<string, unknown>;

/** Without nulls and what they leave empty; INT64 as numbers. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const members = Object.entries(value)
    .map(([key, item]) => [key, plain(item)] as const)
    .filter(([, item]) => item !== undefined);
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

/** A row of a nested file as the event that it is. */
export function asEvent(row: Json): Json {
  const event = plain(row) as Json;
  if (typeof event.unmapped === 'string') event.unmapped = JSON.parse(event.unmapped);
  return event;
}
