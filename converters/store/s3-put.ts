import { open, stat } from 'node:fs/promises';
import type { S3 } from '@aws-sdk/client-s3';
import type { ObjectBody } from './store.ts';

/** Files up to this size go in one request, larger ones in parts of it: memory stays flat, and each request can be signed and repeated. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
const PART_ATTEMPTS = 3;

export interface PutParameters {
  readonly Bucket: string;
  readonly Key: string;
  readonly IfNoneMatch?: string;
  readonly ContentType?: string;
}

/** One PutObject, or a multipart upload that becomes visible with its last request. Errors are the client's own. */
export async function putBody({
  client,
  to,
  body,
}: {
  client: S3;
  to: PutParameters;
  body: ObjectBody;
}): Promise<void> {
  if (body instanceof Uint8Array) {
    await client.putObject({ ...to, Body: body, ContentLength: body.length });
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
    if (size <= PART_BYTES) await client.putObject({ ...to, Body: await read(0, size), ContentLength: size });
    else await putParts({ client, to, size, read });
  } finally {
    await file.close();
  }
}

interface PartsOptions {
  readonly client: S3;
  readonly to: PutParameters;
  readonly size: number;
  readonly read: (offset: number, length: number) => Promise<Uint8Array>;
}

async function putParts({ client, to, size, read }: PartsOptions): Promise<void> {
  const { IfNoneMatch, ContentType, ...name } = to;
  const partBytes = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  const { UploadId } = await client.createMultipartUpload({
    ...name,
    ...(ContentType ? { ContentType } : {}),
  });
  if (UploadId === undefined) throw new Error('the server began a multipart upload without an id');
  try {
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    for (let offset = 0; offset < size; offset += partBytes) {
      const PartNumber = Parts.length + 1;
      const Body = await read(offset, Math.min(partBytes, size - offset));
      const { ETag } = await again(() => client.uploadPart({ ...name, UploadId, PartNumber, Body }));
      Parts.push({ PartNumber, ETag });
    }
    await client.completeMultipartUpload({
      ...name,
      UploadId,
      MultipartUpload: { Parts },
      ...(IfNoneMatch ? { IfNoneMatch } : {}),
    });
  } catch (error) {
    // Parts of an upload that is not ended cost space without being listed.
    await client.abortMultipartUpload({ ...name, UploadId }).catch(() => undefined);
    throw error;
  }
}

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
