import { createHash } from 'node:crypto';
import { createReadStream, type Dirent } from 'node:fs';
import { readdir, readFile, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keyConflict, objectExists, objectNotFound, storeDenied } from './errors.ts';
import { errnoOf, writeWhole } from './files.ts';
import { checkKey, compareKeys, isKey, TEMP_FOLDER } from './keys.ts';
import type { ObjectBody, ObjectInfo, ObjectStore, PutOptions, StoreAddress } from './store.ts';
import { removeAbandoned } from './unfinished.ts';

/** Errors of the system that mean: there is no file of this name. */
const ABSENT = ['ENOENT', 'ENOTDIR', 'EISDIR'];

/**
 * A folder used as a bucket: objects are plain files. It reads and writes the folder of a bucket that `versitygw posix`
 * serves, also while that server runs. One limit: such a server keeps an object's ETag in an extended attribute, which
 * a plain file lacks, so that its `If-None-Match` does not see objects put through the folder. Keys that must be created
 * only once therefore go through one of the two doors, not both.
 */
export class FilesystemStore implements ObjectStore {
  readonly url: string;
  readonly address: StoreAddress;
  readonly #root: string;
  /** What killed processes left is removed, once. */
  #tidied: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = resolve(root);
    this.url = pathToFileURL(this.#root).href;
    this.address = { url: this.url, options: {} };
  }

  list(prefix: string, { startAfter = '' }: { startAfter?: string } = {}): AsyncIterable<ObjectInfo> {
    return this.#walk({ folder: '', prefix, startAfter });
  }

  /** Depth first; in each folder by the bytes of the name, where a folder counts with its "/": this is the order of keys. */
  async *#walk(at: { folder: string; prefix: string; startAfter: string }): AsyncGenerator<ObjectInfo> {
    const { folder, prefix, startAfter } = at;
    const found: string[] = [];
    for (const entry of await this.#entries(folder)) {
      const name = `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`;
      if (!entry.isDirectory() && !entry.isFile()) continue;
      // A folder is of use while its keys can start with the prefix and can come after `startAfter`.
      const matches = name.startsWith(prefix) || (entry.isDirectory() && prefix.startsWith(name));
      const later = compareKeys(name, startAfter) > 0 || (entry.isDirectory() && startAfter.startsWith(name));
      if (matches && later && isKey(entry.isDirectory() ? name.slice(0, -1) : name)) found.push(name);
    }
    for (const name of found.sort(compareKeys)) {
      if (name.endsWith('/')) {
        yield* this.#walk({ folder: name, prefix, startAfter });
      } else {
        const info = await this.head(name);
        if (info) yield info;
      }
    }
  }

  async #entries(folder: string): Promise<Dirent[]> {
    try {
      return await readdir(join(this.#root, folder), { withFileTypes: true });
    } catch (error) {
      if (ABSENT.includes(errnoOf(error))) return [];
      throw this.#explain(error, folder);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const found = await stat(this.#path(key));
      return found.isFile() ? { key, size: found.size, lastModified: found.mtime } : undefined;
    } catch (error) {
      if (ABSENT.includes(errnoOf(error))) return undefined;
      throw this.#explain(error, key);
    }
  }

  async get(key: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#path(key));
    } catch (error) {
      throw this.#explain(error, key);
    }
  }

  async getRange(key: string, from: number, count: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    if (count <= 0) return new Uint8Array();
    try {
      const end = from + count - 1; // inclusive
      for await (const chunk of createReadStream(this.#path(key), { start: from, end })) chunks.push(chunk);
    } catch (error) {
      throw this.#explain(error, key);
    }
    return Buffer.concat(chunks);
  }

  async checksum(key: string): Promise<string | undefined> {
    if (!(await this.head(key))) return undefined;
    const hash = createHash('sha256');
    for await (const chunk of this.stream(key)) hash.update(chunk);
    return hash.digest('hex');
  }

  async *stream(key: string): AsyncIterable<Uint8Array> {
    try {
      yield* createReadStream(this.#path(key), { highWaterMark: 1 << 20 });
    } catch (error) {
      throw this.#explain(error, key);
    }
  }

  async download(key: string, file: string): Promise<void> {
    if (!(await this.head(key))) throw objectNotFound({ store: this.url, key });
    await writeWhole({ path: file, body: { file: this.#path(key) } });
  }

  async put(
    key: string,
    body: ObjectBody,
    { ifNoneMatch = false, onBytes, signal }: PutOptions = {},
  ): Promise<void> {
    const path = this.#path(key);
    const tempFolder = join(this.#root, TEMP_FOLDER);
    this.#tidied ??= removeAbandoned(tempFolder);
    await this.#tidied;
    try {
      const written = await writeWhole({ path, body, tempFolder, createOnly: ifNoneMatch, signal });
      onBytes?.(written);
    } catch (error) {
      const code = errnoOf(error);
      const taken = await stat(path).catch(() => undefined);
      if (code === 'EEXIST' && taken?.isFile()) throw objectExists({ store: this.url, key, cause: error });
      if (['EEXIST', 'ENOTDIR', 'EISDIR', 'ENOTEMPTY'].includes(code)) {
        throw keyConflict({ store: this.url, key, cause: error });
      }
      throw this.#explain(error, key);
    }
  }

  localFile(key: string): string {
    return this.#path(key);
  }

  async delete(key: string): Promise<void> {
    const path = this.#path(key);
    try {
      await unlink(path);
    } catch (error) {
      // EPERM is how some systems refuse to unlink a folder.
      if ([...ABSENT, 'EPERM'].includes(errnoOf(error))) return;
      throw this.#explain(error, key);
    }
    // A bucket has no folders, only keys: an empty one would take the name from a later object.
    for (let folder = dirname(path); folder !== this.#root; folder = dirname(folder)) {
      if (
        !(await rmdir(folder).then(
          () => true,
          () => false,
        ))
      )
        return;
    }
  }

  #path(key: string): string {
    return join(this.#root, ...checkKey(key).split('/'));
  }

  #explain(error: unknown, key: string): unknown {
    const code = errnoOf(error);
    if (ABSENT.includes(code)) return objectNotFound({ store: this.url, key, cause: error });
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      return storeDenied({ store: this.url, endpoint: 'the file system', said: code, cause: error });
    }
    return error;
  }
}
