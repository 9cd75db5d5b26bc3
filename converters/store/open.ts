import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { invalidUrl } from './errors.ts';
import { FilesystemStore } from './filesystem.ts';
import { checkKey } from './keys.ts';
import { MemoryStore } from './memory.ts';
import { S3Store } from './s3.ts';
import type { ObjectStore, OpenStoreOptions } from './store.ts';

/**
 * `s3://bucket[/prefix]`, `file:///folder`, a path, or `memory:` (a new, empty store). Nothing is contacted before the
 * first call. @throws `INVALID_URL`
 */
export function openStore(url: string, options: OpenStoreOptions = {}): ObjectStore {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(url)?.[1]?.toLowerCase();
  if (url === 'memory:') return new MemoryStore();
  if (scheme === 's3') return openS3(url, options);
  if (scheme === 'file') return new FilesystemStore(pathOf(url));
  if (url === '') throw invalidUrl(url, 'it is empty');
  if (scheme !== undefined && !isAbsolute(url))
    throw invalidUrl(withoutUser(url), `"${scheme}:" is not known`);
  if (url.includes('\0')) throw invalidUrl(url, 'a path holds no NUL');
  return new FilesystemStore(resolve(url));
}

/** What lies below a prefix, as a store of its own. @throws `INVALID_URL` for a store that has no address */
export function openBelow({ store, prefix }: { store: ObjectStore; prefix: string }): ObjectStore {
  if (!store.address) throw invalidUrl(store.url, 'what lies below a key must be in a bucket or a folder');
  return openStore(`${store.address.url}/${prefix}`, store.address.options);
}

function openS3(url: string, { endpoint, region, credentials }: OpenStoreOptions): ObjectStore {
  const [, bucket = '', rest = ''] = /^s3:\/\/([^/]*)\/?(.*)$/is.exec(url) ?? [];
  if (bucket.includes('@')) throw invalidUrl(withoutUser(url), 'credentials never stand in a URL');
  // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket)) {
    throw invalidUrl(url, `bucket must be 3 to 63 of a-z, 0-9, "." and "-", got "${bucket}"`);
  }
  const prefix = rest.replace(/\/$/, '');
  if (prefix) {
    try {
      checkKey(prefix);
    } catch (error) {
      throw invalidUrl(url, (error as Error).message);
    }
  }
  if (endpoint !== undefined) checkEndpoint(endpoint);
  return new S3Store({ bucket, prefix, endpoint, region, credentials });
}

function checkEndpoint(endpoint: string): void {
  const parsed = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw invalidUrl(withoutUser(endpoint), 'an endpoint is http://host[:port] or https://host[:port]');
  }
  if (parsed.username || parsed.password)
    throw invalidUrl(withoutUser(endpoint), 'credentials never stand in a URL');
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (error) {
    throw invalidUrl(withoutUser(url), (error as Error).message);
  }
}

const withoutUser = (url: string) => url.replace(/\/\/[^/@]*@/, '//…@');
