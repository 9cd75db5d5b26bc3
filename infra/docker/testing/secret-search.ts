import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { ObjectStore } from '../../../converters/store/store.ts';

/** Looks for texts in streams of bytes, of any size. */
export class TextSearch {
  readonly #texts: readonly { readonly name: string; readonly text: Buffer }[];
  readonly #longest: number;
  /** `where: name` of each hit. */
  readonly hits = new Set<string>();
  /** How many bytes of streams were looked at. */
  bytes = 0;

  /** @param texts by name; the name is what is told of a hit, so that no secret is printed */
  constructor(texts: Readonly<Record<string, string>>) {
    this.#texts = Object.entries(texts).map(([name, text]) => ({ name, text: Buffer.from(text) }));
    this.#longest = Math.max(...this.#texts.map(({ text }) => text.length));
  }

  add(where: string, bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    for (const { name, text } of this.#texts) if (buffer.includes(text)) this.hits.add(`${where}: ${name}`);
  }

  async stream(where: string, stream: Readable): Promise<void> {
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      this.bytes += chunk.length;
      // a text may lie across two chunks
      const joined = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      this.add(where, joined);
      rest = joined.subarray(Math.max(0, joined.length - this.#longest));
    }
  }

  /** What a command writes on both of its streams. @throws unless it ends with 0 */
  async command(
    where: string,
    file: string,
    args: readonly string[],
    env: NodeJS.ProcessEnv = process.env,
  ): Promise<void> {
    const child = spawn(file, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    await Promise.all([this.stream(where, child.stdout), this.stream(where, child.stderr)]);
    const [code] = await ended;
    if (code !== 0) throw new Error(`${file} ${args.slice(0, 2).join(' ')} ended with ${code}`);
  }

  /** Every file below a folder. */
  async folder(where: string, root: string): Promise<void> {
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      if (entry.isFile()) await this.stream(`${where} ${entry.name}`, createReadStream(path));
    }
  }

  /** Every object below a prefix, unpacked. */
  async bucket(where: string, store: ObjectStore, prefix: string): Promise<void> {
    for await (const { key } of store.list(prefix)) {
      const gunzip = key.endsWith('.gz') ? createGunzip() : undefined;
      const bytes = await store.get(key);
      if (gunzip === undefined) this.add(where, bytes);
      else {
        gunzip.end(bytes);
        await this.stream(where, gunzip);
      }
    }
  }
}
