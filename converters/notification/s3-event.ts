import { isObject } from '../run/shape.ts';

/** An object of which a bucket says that it was put. */
export interface CreatedObject {
  readonly bucket: string;
  readonly key: string;
}

/**
 * The objects that an S3 event notification says were put
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html): that of AWS, of MinIO, which has
 * `EventName` and `Key` beside its `Records`, and of versitygw. None for other events, and for the `s3:TestEvent` by which a
 * sender tries its address; undefined where it is no such notification.
 */
export function createdObjects(event: unknown): CreatedObject[] | undefined {
  if (!isObject(event)) return undefined;
  if (event.Event === 's3:TestEvent') return [];
  if (!Array.isArray(event.Records)) return undefined;
  const created: CreatedObject[] = [];
  for (const record of event.Records as unknown[]) {
    const { eventName, s3 } = isObject(record) ? record : {};
    if (typeof eventName !== 'string') return undefined;
    if (!/^(s3:)?ObjectCreated:/.test(eventName)) continue;
    const { bucket, object, configurationId } = isObject(s3) ? s3 : {};
    const name = isObject(bucket) ? bucket.name : undefined;
    const { key: said } = isObject(object) ? object : {};
    const key = configurationId === PLAIN_KEYS ? said : decodeKey(said);
    if (typeof name !== 'string' || typeof key !== 'string') return undefined;
    created.push({ bucket: name, key });
  }
  return created;
}

/** versitygw has one configuration for all buckets, of this name, and sends keys as they are. */
const PLAIN_KEYS = 'webhook-global';

/** All others send keys as in a form: `%2F` for what is no letter, `+` for a space. */
function decodeKey(key: unknown): string | undefined {
  if (typeof key !== 'string') return undefined;
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** JSON text → value; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
