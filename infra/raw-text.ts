import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import type { Target } from './target.ts';

/** All raw objects of a signal, unpacked; protobuf keeps strings as they are, so that they can be looked for. */
export async function rawText(target: Target, signal: 'logs' | 'metrics' | 'traces'): Promise<string> {
  const { s3AccessKey, s3SecretKey } = target.secrets();
  const s3 = new S3Client({
    endpoint: target.address('s3').url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: s3AccessKey, secretAccessKey: s3SecretKey },
  });
  const objects: string[] = [];
  try {
    let token: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: 'raw', ContinuationToken: token }));
      for (const { Key } of page.Contents ?? []) {
        if (!Key?.includes(`/${signal}_`)) continue;
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'raw', Key }));
        objects.push(gunzipSync((await Body?.transformToByteArray()) ?? '').toString('latin1'));
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  } finally {
    s3.destroy();
  }
  return objects.join('\n');
}
