/** What is known of an object without reading it. */
export interface ObjectInfo {
  readonly key: string;
  /** Bytes as stored. */
  readonly size: number;
  readonly lastModified: Date;
  /** Of a listing, where the store has one: another one for every other content. */
  readonly etag?: string;
}

export interface PutOptions {
  /** Create only: fails with `OBJECT_EXISTS` where the key is taken (HTTP `If-None-Match: *`, RFC 9110 13.1.2). */
  readonly ifNoneMatch?: boolean;
  readonly contentType?: string;
  /** Of the body, lower-case hex: kept with the object where the store can, so that {@link ObjectStore.checksum} knows it. */
  readonly sha256?: string;
  /** A large file goes on where an earlier put of the same file to this key was broken off, and waits for that when this one is. */
  readonly resume?: boolean;
  /** Told of bytes of the body that are there, sent now or before. */
  readonly onBytes?: (count: number) => void;
  /** A large file is not sent on. */
  readonly signal?: AbortSignal | undefined;
}

/** The bytes of an object: in memory, or a local file that is streamed. */
export type ObjectBody = Uint8Array | { readonly file: string };

/** How a store is opened. Holds credentials where they were given: never printed, never written. */
export interface StoreAddress {
  readonly url: string;
  readonly options: OpenStoreOptions;
}

export interface OpenStoreOptions {
  /** S3 only: the server's URL. Default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else AWS itself. */
  readonly endpoint?: string | undefined;
  /** S3 only. Default: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1. */
  readonly region?: string | undefined;
  /** S3 only. Default: the AWS SDK's own chain. */
  readonly credentials?: S3Credentials | undefined;
}

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * One bucket, or one folder used as a bucket. Keys are UTF-8, `/` separated, without leading `/`, `.` or `..` segments;
 * a key that breaks this is refused before anything is read or written (`INVALID_KEY`).
 * A reader never sees a part of an object: a put becomes visible whole or not at all.
 */
export interface ObjectStore {
  /** Where this is, for messages: `s3://raw`, `file:///…`, `memory:`. Never holds credentials. */
  readonly url: string;
  /** What `openStore` opens the same store by in another thread; undefined where it lives in the memory of this one. */
  readonly address?: StoreAddress;
  /** Objects whose key starts with `prefix`, ordered by the UTF-8 bytes of the key; `startAfter` is exclusive. */
  list(prefix: string, options?: { startAfter?: string }): AsyncIterable<ObjectInfo>;
  /** Undefined where there is no such object. */
  head(key: string): Promise<ObjectInfo | undefined>;
  /** @throws `OBJECT_NOT_FOUND` */
  get(key: string): Promise<Uint8Array>;
  /** So many bytes of an object from one on; fewer at its end. @throws `OBJECT_NOT_FOUND` */
  getRange(key: string, from: number, count: number): Promise<Uint8Array>;
  /** SHA-256 of an object, lower-case hex, as far as it is known without bringing the object here. */
  checksum(key: string): Promise<string | undefined>;
  /** The bytes of an object as they come, for those that may be too large to hold. @throws `OBJECT_NOT_FOUND` */
  stream(key: string): AsyncIterable<Uint8Array>;
  /** Streams an object into a local file (written beside it, then renamed). @throws `OBJECT_NOT_FOUND` */
  download(key: string, file: string): Promise<void>;
  /** Where an object is a file of this computer already. */
  localFile?(key: string): string;
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<void>;
  /** No error where there is no such object. */
  delete(key: string): Promise<void>;
}
