import { createHash } from 'node:crypto';
import type { Part, S3 } from '@aws-sdk/client-s3';
import { failureOf } from './s3-failure.ts';

export interface PutParameters {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfNoneMatch?: string;
  readonly ContentType?: string;
  readonly Metadata?: Record<string, string>;
}

export interface Upload {
  readonly UploadId: string;
  /** ETags of the parts that an earlier attempt has put. */
  readonly there: ReadonlyMap<number, string>;
  /** Begun by an earlier put, which may have said other things of the object. */
  readonly resumed: boolean;
}

interface BeginOptions {
  readonly client: S3;
  readonly to: PutParameters;
  readonly parts: readonly { PartNumber: number; offset: number; length: number }[];
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

/** The client's answer where the server is asked what may be forbidden (403) or unknown to it (501). */
const isRefused = (error: unknown): boolean => [403, 501].includes(failureOf(error).status ?? 0);

export async function beginUpload({ client, to }: BeginOptions): Promise<Upload> {
  const { IfNoneMatch, ...what } = to;
  const { UploadId } = await client.createMultipartUpload(what);
  if (UploadId === undefined) throw new Error('the server began a multipart upload without an id');
  return { UploadId, there: new Map(), resumed: false };
}

/**
 * An open one, where it has parts of this very file and no others; those that have others are ended. One without parts may have
 * been begun by another process this moment: both put the same parts then. `listed` is false where the server does not say which
 * are open.
 */
export async function findUpload(
  options: BeginOptions,
): Promise<{ listed: boolean; upload: Upload | undefined }> {
  const { client, to } = options;
  const ids = await openUploads(options);
  let upload: Upload | undefined;
  for (const UploadId of ids ?? []) {
    const there = await partsThere({ ...options, UploadId });
    if (there && (!upload || there.size > upload.there.size)) upload = { UploadId, there, resumed: true };
    if (there) continue;
    const { Bucket, Key } = to;
    await client.abortMultipartUpload({ Bucket, Key, UploadId }).catch(() => undefined);
  }
  return { listed: ids !== undefined, upload };
}

/** @throws the client's NoSuchUpload; where it cannot be asked, nothing */
export async function needOpen({
  client,
  to: { Bucket, Key },
  UploadId,
}: Pick<BeginOptions, 'client' | 'to'> & { UploadId: string }): Promise<void> {
  await client.listParts({ Bucket, Key, UploadId, MaxParts: 1 }).catch((error) => {
    if (failureOf(error).name === 'NoSuchUpload') throw error;
  });
}

/** Ids of this key's, the newest first; undefined where they may not be listed. */
async function openUploads({ client, to: { Bucket, Key } }: BeginOptions): Promise<string[] | undefined> {
  try {
    const { Uploads = [] } = await client.listMultipartUploads({ Bucket, Prefix: Key });
    return Uploads.filter((upload) => upload.Key === Key)
      .sort((a, b) => Number(b.Initiated ?? 0) - Number(a.Initiated ?? 0))
      .flatMap(({ UploadId }) => UploadId ?? []);
  } catch (error) {
    if (isRefused(error)) return undefined;
    throw error;
  }
}

/**
 * Undefined where it has a part that is none of this file's, or is no longer open. The ETag of a part is its MD5, but under some
 * kinds of encryption: there nothing is known of the parts, and all are sent anew; so they are where they may not be listed.
 */
async function partsThere(
  options: BeginOptions & { UploadId: string },
): Promise<Map<number, string> | undefined> {
  const { parts, read } = options;
  const there = new Map<number, string>();
  try {
    for await (const { PartNumber = 0, Size, ETag = '' } of listedParts(options)) {
      const part = parts[PartNumber - 1];
      if (!part || Size !== part.length) return undefined;
      const md5 = createHash('md5').update(await read(part.offset, part.length));
      if (ETag.replaceAll('"', '') !== md5.digest('hex')) return undefined;
      there.set(PartNumber, ETag);
    }
  } catch (error) {
    if (failureOf(error).name === 'NoSuchUpload') return undefined;
    if (!isRefused(error)) throw error;
  }
  return there;
}

async function* listedParts({
  client,
  to: { Bucket, Key },
  UploadId,
}: BeginOptions & { UploadId: string }): AsyncGenerator<Part> {
  let PartNumberMarker: string | undefined;
  do {
    const page = await client.listParts({
      ...{ Bucket, Key, UploadId },
      ...(PartNumberMarker === undefined ? {} : { PartNumberMarker }),
    });
    yield* page.Parts ?? [];
    PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (PartNumberMarker !== undefined);
}
