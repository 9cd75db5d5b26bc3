import { open, stat } from 'node:fs/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { retry } from './retry.ts';
import { failureOf, patienceFor } from './s3-failure.ts';
import { beginUpload, findUpload, needOpen, type PutParameters, type Upload } from './s3-upload.ts';
import type { ObjectBody, PutOptions } from './store.ts';

/** Files up to this size go in one request, larger ones in parts of it: memory stays flat, and each request can be signed and repeated. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Uploads of one file: each but the last may be ended by others, or turn out to be of another put. */
const UPLOADS = 4;

type BodyOptions = Pick<PutOptions, 'resume' | 'onBytes' | 'signal'> & {
  readonly client: S3;
  readonly to: PutParameters;
  /** Of a part that was refused for too long: the error of the whole put, which is final. */
  readonly gaveUp: (error: unknown, attempts: number) => unknown;
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

/**
 * Where an upload has been ended under our hands, another put of the same file was faster, or the answer to our own last request
 * was lost: the object's checksum tells. What an upload that was gone on with says of the object, who began it has said.
 */
async function putParts(options: PartsOptions): Promise<void> {
  const { client, size, resume = false } = options;
  const { Bucket, Key, Metadata } = options.to;
  const parts = partsOf(size);
  const found = resume ? await findUpload({ ...options, parts }) : undefined;
  let [to, upload] = [options.to, found?.upload];
  for (let begun = 1; ; begun++) {
    upload ??= await beginUpload({ ...options, to, parts });
    const { UploadId, resumed } = upload;
    try {
      await sendParts({ ...options, to, parts, upload });
      if (!resumed || (await checksumThere(options)) === Metadata?.sha256) return;
      // It is there by this very put.
      const { IfNoneMatch, ...anew } = to;
      to = anew;
    } catch (error) {
      const isGone = failureOf(error).name === 'NoSuchUpload';
      if (isGone && Metadata && (await checksumThere(options)) === Metadata.sha256) return;
      // Parts of an upload that is not ended, and that nobody finds again, cost space without being listed.
      if (!isGone && !found?.listed)
        await client.abortMultipartUpload({ Bucket, Key, UploadId }).catch(() => undefined);
      if (!isGone || begun === UPLOADS) throw error;
    }
    upload = undefined;
  }
}

async function sendParts(
  options: PartsOptions & { parts: ReturnType<typeof partsOf>; upload: Upload },
): Promise<void> {
  const { client, to, read, parts, upload, onBytes } = options;
  const { IfNoneMatch, ContentType, Metadata, ...name } = to;
  const { UploadId, there } = upload;
  const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
  for (const { PartNumber, offset, length } of parts) {
    let ETag = there.get(PartNumber);
    if (ETag === undefined) {
      const Body = await read(offset, length);
      let isCut = false;
      ({ ETag } = await patiently(options, async () => {
        // A server may cut off a body that it no longer wants, and its answer with it.
        if (isCut) await needOpen({ client, to, UploadId });
        return await client.uploadPart({ ...name, UploadId, PartNumber, Body }).catch((error) => {
          isCut = failureOf(error).status === undefined;
          throw error;
        });
      }));
    }
    Parts.push({ PartNumber, ETag });
    onBytes?.(offset + length);
  }
  await patiently(options, () =>
    client.completeMultipartUpload({
      ...name,
      UploadId,
      MultipartUpload: { Parts },
      ...(IfNoneMatch ? { IfNoneMatch } : {}),
    }),
  );
}

/** What was said of the object that is there. */
async function checksumThere(options: PartsOptions): Promise<string | undefined> {
  const { Bucket, Key } = options.to;
  try {
    return (await patiently(options, () => options.client.headObject({ Bucket, Key }))).Metadata?.sha256;
  } catch (error) {
    if (failureOf(error).status === 404) return undefined;
    throw error;
  }
}

/** Between two requests; the signal knows why. */
export class Stopped extends Error {}

/** A request of an upload is repeated by itself, as a whole put is: what was sent before it stays. */
function patiently<T>({ signal, gaveUp }: BodyOptions, request: () => Promise<T>): Promise<T> {
  return retry({
    action: async () => {
      if (signal?.aborted) throw new Stopped();
      return await request();
    },
    patienceFor,
    explain: (error, attempts) => (patienceFor(error) ? gaveUp(error, attempts) : error),
  });
}
