import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { objectExists, objectNotFound } from './errors.ts';
import { writeWhole } from './files.ts';
import { checkKey, compareKeys } from './keys.ts';
import type { ObjectBody, ObjectInfo, ObjectStore, PutOptions } from './store.ts';

/** A bucket in this process's memory: for tests and small experiments. */
export class MemoryStore implements ObjectStore {
  readonly url: string = 'memory:';
  readonly #objects = new Map<string, { bytes: Uint8Array; lastModified: Date }>();

  async *list(prefix: string, { startAfter }: { startAfter?: string } = {}): AsyncIterable<ObjectInfo> {
    const keys = [...this.#objects.keys()]
      .filter(
        (key) => key.startsWith(prefix) && (startAfter === undefined || compareKeys(key, startAfter) > 0),
      )
      .sort(compareKeys);
    for (const key of keys) {
      const info = await this.head(key);
      if (info) yield info;
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const found = this.#objects.get(checkKey(key));
    return found && { key, size: found.bytes.length, lastModified: found.lastModified };
  }

  async get(key: string): Promise<Uint8Array> {
    const found = this.#objects.get(checkKey(key));
    if (!found) throw objectNotFound({ store: this.url, key });
    return found.bytes.slice();
  }

  async getRange(key: string, from: number, count: number): Promise<Uint8Array> {
    return (await this.get(key)).subarray(from, from + count);
  }

  async checksum(key: string): Promise<string | undefined> {
    const found = this.#objects.get(checkKey(key));
    return found && createHash('sha256').update(found.bytes).digest('hex');
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    yield await this.get(key);
  }

  async download(key: string, file: string): Promise<void> {
    await writeWhole({ path: file, body: await this.get(key) });
  }

  async put(key: string, body: ObjectBody, { ifNoneMatch = false, onBytes }: PutOptions = {}): Promise<void> {
    checkKey(key);
    const bytes = new Uint8Array(body instanceof Uint8Array ? body : await readFile(body.file));
    // No await between the look and the put: that makes the two one step.
    if (ifNoneMatch && this.#objects.has(key)) throw objectExists({ store: this.url, key });
    this.#objects.set(key, { bytes, lastModified: new Date() });
    onBytes?.(bytes.length);
  }

  async delete(key: string): Promise<void> {
    this.#objects.delete(checkKey(key));
  }
}
