import { BucketAlreadyOwnedByYou, CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import type { Secrets } from '../target.ts';

const BUCKETS = ['raw', 'datasets'] as const;

/** Makes the buckets that are missing. Any S3 server will do. */
export async function makeBuckets({
  endpoint,
  secrets,
}: {
  endpoint: string;
  secrets: Secrets;
}): Promise<void> {
  const s3 = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: secrets.s3AccessKey, secretAccessKey: secrets.s3SecretKey },
  });
  try {
    for (const Bucket of BUCKETS) {
      await s3.send(new CreateBucketCommand({ Bucket })).catch((error: unknown) => {
        if (!(error instanceof BucketAlreadyOwnedByYou)) throw error;
      });
    }
  } finally {
    s3.destroy();
  }
}
