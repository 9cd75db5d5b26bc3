import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { S3, S3ClientConfig } from '@aws-sdk/client-s3';
import { bucketNotFound, isStoreError, objectDamaged, objectExists } from './errors.ts';
import { writeWhole } from './files.ts';
import { checkKey, compareKeys, isKey } from './keys.ts';
import { retry } from './retry.ts';
import { explain, failureOf, patienceFor } from './s3-failure.ts';
import { putBody } from './s3-put.ts';
import type { PutParameters } from './s3-upload.ts';
import type {
  ObjectBody,
  ObjectInfo,
  ObjectStore,
  OpenStoreOptions,
  PutOptions,
  S3Credentials,
  StoreAddress,
} from './store.ts';

export interface S3StoreOptions extends OpenStoreOptions {
  readonly bucket: string;
  /** Put before every key, without "/" at its ends; '' for none. */
  readonly prefix?: string;
}

/** A bucket of any S3 server. The client is made at the first use. */
export class S3Store implements ObjectStore {
  readonly url: string;
  readonly address: StoreAddress;
  readonly #bucket: string;
  readonly #base: string;
  readonly #endpoint: string | undefined;
  readonly #region: string;
  readonly #credentials: S3Credentials | undefined;
  #client: Promise<S3> | undefined;
  #bucketSeen = false;

  constructor({ bucket, prefix = '', endpoint, region, credentials }: S3StoreOptions) {
    const env = process.env;
    this.url = `s3://${bucket}${prefix && `/${prefix}`}`;
    this.address = { url: this.url, options: { endpoint, region, credentials } };
    this.#bucket = bucket;
    this.#base = prefix && `${prefix}/`;
    this.#endpoint = endpoint || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || undefined;
    this.#region = region || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
    this.#credentials = credentials;
  }

  async *list(prefix: string, { startAfter }: { startAfter?: string } = {}): AsyncIterable<ObjectInfo> {
    const start = startAfter === undefined ? {} : { StartAfter: this.#base + startAfter };
    let token: string | undefined;
    do {
      const page = await this.#do('list', undefined, (client) =>
        client.listObjectsV2({
          Bucket: this.#bucket,
          Prefix: this.#base + prefix,
          ...(token === undefined ? start : { ContinuationToken: token }),
        }),
      );
      for (const { Key = '', Size = 0, LastModified = new Date(0), ETag } of page.Contents ?? []) {
        const key = Key.slice(this.#base.length);
        // Consoles put empty objects named "folder/"; they are no keys of ours. Not every server honours StartAfter.
        if (!isKey(key) || (startAfter !== undefined && compareKeys(key, startAfter) <= 0)) continue;
        yield { key, size: Size, lastModified: LastModified, ...(ETag && { etag: ETag }) };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    this.#bucketSeen = true;
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    try {
      const found = await this.#do('head', key, (client, name) =>
        client.headObject({ Bucket: this.#bucket, Key: name }),
      );
      this.#bucketSeen = true;
      return { key, size: found.ContentLength ?? 0, lastModified: found.LastModified ?? new Date(0) };
    } catch (error) {
      if (!isStoreError(error, 'OBJECT_NOT_FOUND')) throw error;
      await this.#needBucket();
      return undefined;
    }
  }

  /** An answer to HEAD has no body: 404 may as well mean that the bucket, or the access key, is unknown. */
  async #needBucket(): Promise<void> {
    if (this.#bucketSeen) return;
    try {
      await this.#do('list', undefined, (client) =>
        client.listObjectsV2({ Bucket: this.#bucket, MaxKeys: 1 }),
      );
      this.#bucketSeen = true;
    } catch (error) {
      if (isStoreError(error, 'OBJECT_NOT_FOUND'))
        throw bucketNotFound({ store: this.url, cause: error.cause });
      // A reader may be allowed to get objects and not to list them.
      if (!isStoreError(error, 'STORE_DENIED')) throw error;
      if (failureOf(error.cause).name !== 'AccessDenied') throw error;
    }
  }

  async get(key: string): Promise<Uint8Array> {
    return await this.#do('get', key, async (client, name) => {
      const { Body, ContentLength } = await client.getObject({ Bucket: this.#bucket, Key: name });
      const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
      this.#needWhole(key, ContentLength, bytes.length);
      return bytes;
    });
  }

  async getRange(key: string, from: number, count: number): Promise<Uint8Array> {
    if (count <= 0) return new Uint8Array();
    const Range = `bytes=${from}-${from + count - 1}`;
    return await this.#do('get', key, async (client, name) => {
      try {
        const { Body, ContentLength } = await client.getObject({ Bucket: this.#bucket, Key: name, Range });
        const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
        this.#needWhole(key, ContentLength, bytes.length);
        return bytes;
      } catch (error) {
        if (failureOf(error).status === 416) return new Uint8Array(); // it ends before
        throw error;
      }
    });
  }

  /** What was said of it when it was put. */
  async checksum(key: string): Promise<string | undefined> {
    try {
      const { Metadata } = await this.#do('head', key, (client, name) =>
        client.headObject({ Bucket: this.#bucket, Key: name }),
      );
      return Metadata?.sha256;
    } catch (error) {
      if (isStoreError(error, 'OBJECT_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  /** By way of a local file, so that a connection that breaks is no break in what is read. */
  async *stream(key: string): AsyncIterable<Uint8Array> {
    const folder = await mkdtemp(join(tmpdir(), 's3-object-'));
    try {
      const file = join(folder, 'object');
      await this.download(key, file);
      yield* createReadStream(file, { highWaterMark: 1 << 20 });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async download(key: string, file: string): Promise<void> {
    await this.#do('get', key, async (client, name) => {
      const { Body, ContentLength } = await client.getObject({ Bucket: this.#bucket, Key: name });
      await writeWhole({ path: file, body: this.#counted(key, ContentLength, Body as Readable) });
    });
  }

  /** Fails before the file gets its name where the server sent fewer bytes than it said. */
  #counted(key: string, expected: number | undefined, body: Readable): Readable {
    const needWhole = (actual: number) => this.#needWhole(key, expected, actual);
    return body.compose(async function* (chunks: AsyncIterable<Uint8Array>) {
      let actual = 0;
      for await (const chunk of chunks) {
        actual += chunk.length;
        yield chunk;
      }
      needWhole(actual);
    }) as Readable;
  }

  #needWhole(key: string, expected: number | undefined, actual: number): void {
    if (expected !== undefined && expected !== actual)
      throw objectDamaged({ store: this.url, key, expected, actual });
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<void> {
    const { ifNoneMatch = false, contentType, sha256, signal } = options;
    await this.#do('put', key, async (client, name, attempt) => {
      const to: PutParameters = {
        Bucket: this.#bucket,
        Key: name,
        ...(ifNoneMatch ? { IfNoneMatch: '*' } : {}),
        ...(contentType === undefined ? {} : { ContentType: contentType }),
        ...(sha256 === undefined ? {} : { Metadata: { sha256 } }),
      };
      try {
        await putBody({ ...options, client, to, body, gaveUp: this.#explainer('put', key) });
      } catch (error) {
        if (failureOf(error).status !== 412) throw error;
        // An earlier attempt of ours may have been carried out, and only its answer lost.
        if (attempt > 1 && (await this.#holds(key, body))) return;
        throw objectExists({ store: this.url, key });
      }
    }).catch((error) => {
      throw signal?.aborted ? signal.reason : error;
    });
  }

  async #holds(key: string, body: ObjectBody): Promise<boolean> {
    if (!(body instanceof Uint8Array)) return false;
    return Buffer.compare(await this.get(key), body) === 0;
  }

  async delete(key: string): Promise<void> {
    await this.#do('delete', key, (client, name) => client.deleteObject({ Bucket: this.#bucket, Key: name }));
  }

  async #do<T>(
    verb: string,
    key: string | undefined,
    call: (client: S3, name: string, attempt: number) => Promise<T>,
  ): Promise<T> {
    const name = key === undefined ? this.#base : this.#base + checkKey(key);
    return await retry({
      action: async (attempt) => call(await this.#connect(), name, attempt),
      patienceFor,
      explain: this.#explainer(verb, key),
    });
  }

  #explainer(verb: string, key: string | undefined) {
    const endpoint = this.#endpoint ?? `AWS S3 (${this.#region})`;
    const what = key === undefined ? { action: verb } : { action: `${verb} of ${key}`, key };
    return (error: unknown, attempts: number): unknown =>
      explain({ error, attempts, store: this.url, endpoint, ...what });
  }

  #connect(): Promise<S3> {
    this.#client ??= connect({
      region: this.#region,
      forcePathStyle: true,
      // Retries are ours: the SDK's cover no body, neither sent nor received.
      maxAttempts: 1,
      // Servers other than AWS may not know the newer checksum trailers.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      requestHandler: {
        // A server that accepts and then says nothing for half a minute is given up.
        ...{ connectionTimeout: 5_000, socketTimeout: 30_000, socketAcquisitionWarningTimeout: 600_000 },
        ...{ httpAgent: { maxSockets: 64 }, httpsAgent: { maxSockets: 64 } },
      },
      ...(this.#endpoint === undefined ? {} : { endpoint: this.#endpoint }),
      ...(this.#credentials === undefined ? {} : { credentials: this.#credentials }),
    });
    return this.#client;
  }
}

/** Loading the SDK takes some hundred milliseconds: not at the start of a program that never needs it. */
async function connect(options: S3ClientConfig): Promise<S3> {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const { S3: Client } = await import('@aws-sdk/client-s3');
  return new Client(options);
}
