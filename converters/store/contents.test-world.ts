import { createHash } from 'node:crypto';
import type { ObjectStore } from './store.ts';

/** SHA-256 of every object below a prefix, by key. */
export async function checksumsBelow(store: ObjectStore, prefix = ''): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for await (const { key } of store.list(prefix)) {
    const bytes = await store.get(key);
    found.set(key, createHash('sha256').update(bytes).digest('hex'));
  }
  return found;
}
