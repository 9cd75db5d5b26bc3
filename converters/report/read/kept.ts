/** What a map has under a key, made where it has nothing. */
export function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

/** So many routes, templates, calls are kept apart: their names may be free text, and memory must not grow with the rows. */
export const MOST_KEYS = 2_000;

/** As `kept`, but of a map that has its most keys. @returns undefined for what is one of the rest */
export function keptOf<K, V>(map: Map<K, V>, key: K, make: () => V, most = MOST_KEYS): V | undefined {
  return map.size < most || map.has(key) ? kept(map, key, make) : undefined;
}

/** Items by a key, in the order in which the keys come. */
export function grouped<K, V>(items: Iterable<V>, keyOf: (item: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const item of items) kept(groups, keyOf(item), (): V[] => []).push(item);
  return groups;
}
