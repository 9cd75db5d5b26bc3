/** What a map has under a key, made where it has nothing. */
export function kept<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

/** Items by a key, in the order in which the keys come. */
export function grouped<K, V>(items: Iterable<V>, keyOf: (item: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>();
  for (const item of items) kept(groups, keyOf(item), (): V[] => []).push(item);
  return groups;
}
