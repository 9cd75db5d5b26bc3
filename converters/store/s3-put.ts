import { open, stat } from 'node:fs/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { beginUpload } from './s3-upload.ts';
import type { ObjectBody, PutOptions } from './store.ts';

/** Files up to this size go in one request, larger ones in parts of it: memory stays flat, and each request can be signed and repeated. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
const PART_ATTEMPTS = 3;

export interface PutParameters {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfNoneMatch?: string;
  readonly ContentType?: string;
  readonly Metadata?: Record<string, string>;
}

type BodyOptions = Pick<PutOptions, 'resume' | 'onBytes' | 'signal'> & {
  readonly client: S3;
  readonly to: PutParameters;
};

/** One PutObject, or a multipart upload that becomes visible with its last request. Errors are the client's own. */
export async function putBody(options: BodyOptions & { body: ObjectBody }): Promise<void> {
  const { client, to, body, onBytes } = options;
  if (body instanceof Uint8Array) {
    await client.putObject({ ...to, Body: body, ContentLength: body.length });
    onBytes?.(body.length);
    return;
  }
  const { size } = await stat(body.file);
  const file = await open(body.file, 'r');
  try {
    const read = async (offset: number, length: number): Promise<Uint8Array> => {
      const bytes = new Uint8Array(length);
      let filled = 0;
      while (filled < length) {
        const { bytesRead } = await file.read(bytes, filled, length - filled, offset + filled);
        if (bytesRead === 0) throw new Error(`${body.file} became shorter while it was read`);
        filled += bytesRead;
      }
      return bytes;
    };
    if (size > PART_BYTES) return await putParts({ ...options, size, read });
    await client.putObject({ ...to, Body: await read(0, size), ContentLength: size });
    onBytes?.(size);
  } finally {
    await file.close();
  }
}

interface PartsOptions extends BodyOptions {
  readonly size: number;
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

/** Where each part of a file begins, and its bytes. */
function partsOf(size: number): { PartNumber: number; offset: number; length: number }[] {
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, i) => ({
    ...{ PartNumber: i + 1, offset: i * partBytes },
    length: Math.min(partBytes, size - i * partBytes),
  }));
}

async function putParts(options: PartsOptions): Promise<void> {
  const { client, to, size, read, resume = false, onBytes, signal } = options;
  const { IfNoneMatch, ContentType, Metadata, ...name } = to;
  const parts = partsOf(size);
  const { UploadId, there } = await beginUpload({ client, to, parts, read, resume });
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (const { PartNumber, offset, length } of parts) {
      if (signal?.aborted) throw new Stopped();
      let ETag = there.get(PartNumber);
      if (ETag === undefined) {
        const Body = await read(offset, length);
        ({ ETag } = await again(() => client.uploadPart({ ...name, UploadId, PartNumber, Body })));
      }
      Parts.push({ PartNumber, ETag });
      onBytes?.(offset + length);
    }
    await client.completeMultipartUpload({
      ...name,
      UploadId,
      MultipartUpload: { Parts },
      ...(IfNoneMatch ? { IfNoneMatch } : {}),
    });
  } catch (error) {
    // Parts of an upload that is not ended cost space without being listed.
    if (!resume) await client.abortMultipartUpload({ ...name, UploadId }).catch(() => undefined);
    throw error;
  }
}

/** Between two parts; the signal knows why. */
export class Stopped extends Error {}

/** A part is put again by itself at once; when that fails too, the caller repeats the whole upload. */
async function again<T>(action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (attempt === PART_ATTEMPTS) throw error;
    }
  }
}
