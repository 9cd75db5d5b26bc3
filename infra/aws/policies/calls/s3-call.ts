/** A request to an S3 server: which call of the API it is, and of what. */
export interface S3Call {
  /** `PutObject` */
  readonly api: S3Api;
  readonly bucket: string;
  /** '' where the call is about the bucket. */
  readonly key: string;
  /** Of a listing: what the keys begin with; undefined where it says nothing of that. */
  readonly prefix: string | undefined;
  /** Of a key that is not there: who may not list the bucket is told 403 and not 404, as if it were forbidden. */
  readonly isMissing?: boolean;
}

/**
 * What S3 asks IAM for before it carries out a call
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html), and what it then asks of the key of a
 * bucket that is encrypted with one (the page of each call in https://docs.aws.amazon.com/AmazonS3/latest/API/).
 */
export const S3_APIS = {
  ListObjectsV2: { action: 's3:ListBucket', key: [] },
  HeadBucket: { action: 's3:ListBucket', key: [] },
  GetObject: { action: 's3:GetObject', key: ['kms:Decrypt'] },
  HeadObject: { action: 's3:GetObject', key: [] },
  PutObject: { action: 's3:PutObject', key: ['kms:GenerateDataKey'] },
  DeleteObject: { action: 's3:DeleteObject', key: [] },
  CreateMultipartUpload: { action: 's3:PutObject', key: ['kms:GenerateDataKey'] },
  UploadPart: { action: 's3:PutObject', key: ['kms:Decrypt'] },
  CompleteMultipartUpload: { action: 's3:PutObject', key: ['kms:Decrypt'] },
  AbortMultipartUpload: { action: 's3:AbortMultipartUpload', key: [] },
  ListMultipartUploads: { action: 's3:ListBucketMultipartUploads', key: [] },
  ListParts: { action: 's3:ListMultipartUploadParts', key: ['kms:Decrypt'] },
} as const;
export type S3Api = keyof typeof S3_APIS;

/** `PUT /bucket/a/key?partNumber=1&uploadId=u` → the call. @throws RangeError where it is none of those above */
export function s3CallOf(request: string): S3Call {
  const [method = '', target = ''] = request.split(' ');
  const { pathname, searchParams } = new URL(target, 'http://s3');
  const [, bucket = '', ...names] = pathname.split('/').map(decodeURIComponent);
  const key = names.join('/');
  const api = apiOf({ method, hasKey: key !== '', has: (name) => searchParams.has(name) });
  if (api === undefined) throw new RangeError(`${request} is no call of S3 that is known here`);
  return { api, bucket, key, prefix: searchParams.get('prefix') ?? undefined };
}

function apiOf({
  method,
  hasKey,
  has,
}: {
  method: string;
  hasKey: boolean;
  has: (name: string) => boolean;
}): S3Api | undefined {
  if (!hasKey) {
    if (method === 'HEAD') return 'HeadBucket';
    if (method !== 'GET') return undefined;
    return has('uploads') ? 'ListMultipartUploads' : has('list-type') ? 'ListObjectsV2' : undefined;
  }
  const isOfUpload = has('uploadId');
  switch (method) {
    case 'GET':
      return isOfUpload ? 'ListParts' : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return isOfUpload ? 'UploadPart' : 'PutObject';
    case 'DELETE':
      return isOfUpload ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      return isOfUpload ? 'CompleteMultipartUpload' : has('uploads') ? 'CreateMultipartUpload' : undefined;
    default:
      return undefined;
  }
}
