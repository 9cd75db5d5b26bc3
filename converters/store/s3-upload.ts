import { createHash } from 'node:crypto';
import type { S3 } from '@aws-sdk/client-s3';
import type { PutParameters } from './s3-put.ts';

export interface Upload {
  readonly UploadId: string;
  /** ETags of the parts that an earlier attempt has put. */
  readonly there: ReadonlyMap<number, string>;
}

interface BeginOptions {
  readonly client: S3;
  readonly to: PutParameters;
  readonly parts: readonly { PartNumber: number; offset: number; length: number }[];
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
  /** Go on with one that was broken off, where it has parts of this very file and no others. */
  readonly resume: boolean;
}

/** A multipart upload: one that is open, or a new one. Open ones that are of no use are ended. */
export async function beginUpload(options: BeginOptions): Promise<Upload> {
  const { client, to, resume } = options;
  const { IfNoneMatch, ContentType, Metadata, ...name } = to;
  if (resume)
    for (const UploadId of await openUploads(options)) {
      const there = await partsThere({ ...options, UploadId });
      if (there) return { UploadId, there };
      await client.abortMultipartUpload({ ...name, UploadId }).catch(() => undefined);
    }
  const { UploadId } = await client.createMultipartUpload({
    ...name,
    ...(ContentType ? { ContentType } : {}),
    ...(Metadata ? { Metadata } : {}),
  });
  if (UploadId === undefined) throw new Error('the server began a multipart upload without an id');
  return { UploadId, there: new Map() };
}

/** Ids of this key's, the newest first; none where they may not be listed. */
async function openUploads({ client, to: { Bucket, Key } }: BeginOptions): Promise<string[]> {
  const { Uploads = [] } = await client.listMultipartUploads({ Bucket, Prefix: Key }).catch((error) => {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 403 || status === 501) return { Uploads: [] };
    throw error;
  });
  return Uploads.filter((upload) => upload.Key === Key)
    .sort((a, b) => Number(b.Initiated ?? 0) - Number(a.Initiated ?? 0))
    .flatMap(({ UploadId }) => UploadId ?? []);
}

/**
 * Undefined where it has a part that is none of this file's. The ETag of a part is its MD5, but under some kinds of encryption:
 * there nothing is known of the parts, and all are sent anew.
 */
async function partsThere({
  client,
  to: { Bucket, Key },
  parts,
  read,
  UploadId,
}: BeginOptions & { UploadId: string }): Promise<Map<number, string> | undefined> {
  const there = new Map<number, string>();
  let PartNumberMarker: string | undefined;
  do {
    const page = await client.listParts({
      ...{ Bucket, Key, UploadId },
      ...(PartNumberMarker === undefined ? {} : { PartNumberMarker }),
    });
    for (const { PartNumber = 0, Size, ETag = '' } of page.Parts ?? []) {
      const part = parts[PartNumber - 1];
      if (!part || Size !== part.length) return undefined;
      const md5 = createHash('md5').update(await read(part.offset, part.length));
      if (ETag.replaceAll('"', '') !== md5.digest('hex')) return undefined;
      there.set(PartNumber, ETag);
    }
    PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (PartNumberMarker !== undefined);
  return there.size > 0 ? there : undefined;
}
