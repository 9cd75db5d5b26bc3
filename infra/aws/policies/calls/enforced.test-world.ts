import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startS3Proxy } from '../../../../converters/faults/s3-proxy.test-world.ts';
import { openStore } from '../../../../converters/store/open.ts';
import { type S3Server, startS3Server } from '../../../../converters/store/s3-server.test-world.ts';
import type { ObjectStore, S3Credentials } from '../../../../converters/store/store.ts';
import { decide, type Request } from '../evaluate.ts';
import { EXAMPLE } from '../example.ts';
import { policyOf, type RoleName } from '../index.ts';
import { bucketPolicies, requestsOf } from './requests.ts';
import { type S3Call, s3CallOf } from './s3-call.ts';
import { NOT_THERE } from './s3-calls.ts';
import { recordedOf } from './table.ts';

/** A door to an S3 server through which only passes what a role may do: all else is answered by 403. */
export interface Enforced {
  readonly endpoint: string;
  readonly credentials: S3Credentials;
  /** What came, each once: `GetObject raw/runs/`, by bucket and beginning of the key. */
  readonly calls: () => readonly string[];
  /** What was refused, with the reason. */
  readonly refused: () => readonly string[];
  /** The buckets `raw` and `datasets`, through the door. */
  readonly raw: ObjectStore;
  readonly datasets: ObjectStore;
}

export interface S3World {
  readonly server: S3Server;
  readonly folder: string;
  /** The buckets, as whoever made them sees them. */
  readonly raw: ObjectStore;
  readonly datasets: ObjectStore;
  /** @param also refused, whatever the role may do */
  as(role: RoleName, also?: (call: S3Call) => boolean): Promise<Enforced>;
}

/** A real S3 server with both buckets; undefined, and the test is skipped, where there is none. */
export async function s3World(t: TestContext): Promise<S3World | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'enforced-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const server = await startS3Server({ root: join(folder, 's3'), buckets: ['raw', 'datasets'] });
  if (!server) return void t.skip('versitygw is not there: `npx faultline doctor` says how it is made');
  t.after(() => server.stop());
  const at = { endpoint: server.endpoint, credentials: server.credentials };
  const world = { raw: openStore('s3://raw', at), datasets: openStore('s3://datasets', at) };
  return {
    ...world,
    server,
    folder,
    as: (role, also = () => false) => enforced({ t, role, also, server, ...world }),
  };
}

async function enforced({
  t,
  role,
  also,
  server,
  ...stores
}: { t: TestContext; role: RoleName; also: (call: S3Call) => boolean; server: S3Server } & Pick<
  S3World,
  'raw' | 'datasets'
>): Promise<Enforced> {
  const documents = [policyOf(role, EXAMPLE), ...bucketPolicies(EXAMPLE)];
  const calls = new Set<string>();
  const refused = new Set<string>();
  const may = (request: Request): boolean => decide(documents, request).allowed;
  const isMissing = async ({ api, bucket, key }: S3Call): Promise<boolean> =>
    (api === 'GetObject' || api === 'HeadObject') &&
    (await stores[bucket as 'raw' | 'datasets'].head(key)) === undefined;
  const proxy = await startS3Proxy({
    to: server.endpoint,
    verdict: async (name) => {
      const said = s3CallOf(name);
      const call = { ...said, isMissing: await isMissing(said) };
      calls.add(shortOf(call));
      const denied = requestsOf(call, EXAMPLE).find((request) => !may(request));
      if (denied) refused.add(`${shortOf(call)}: ${denied.action} on ${denied.resource}`);
      return denied || also(call) ? 'deny' : 'pass';
    },
  });
  t.after(() => proxy.close());
  const { credentials } = server;
  const open = (bucket: string) => openStore(`s3://${bucket}`, { endpoint: proxy.endpoint, credentials });
  return {
    ...{ endpoint: proxy.endpoint, credentials, raw: open('raw'), datasets: open('datasets') },
    calls: () => [...calls].sort(),
    refused: () => [...refused].sort(),
  };
}

/** Bucket, and what the key begins with: in the bucket of datasets that is the id of a run. */
function shortOf({ api, bucket, key, prefix, isMissing }: S3Call): string {
  const of = key === '' ? (prefix ?? '') : key;
  const [first = '', ...rest] = of.split('/');
  const beginning = bucket === 'datasets' && first !== '' ? '<run>/' : rest.length > 0 ? `${first}/` : first;
  return `${api} ${bucket}/${beginning}${isMissing ? NOT_THERE : ''}`;
}

/** What it did is what the table says that its role does, and all of it was allowed. */
export function assertAsInTable(role: RoleName, { calls, refused }: Enforced): void {
  assert.deepEqual(refused(), []);
  assert.deepEqual(calls(), recordedOf(role, 'S3'));
}

/** Puts a file that goes in parts, and one that is given up half-way. */
export async function putLarge({
  store,
  folder,
  prefix,
}: {
  store: ObjectStore;
  folder: string;
  prefix: string;
}): Promise<void> {
  const file = join(folder, 'large');
  await writeFile(file, randomBytes(17 * 2 ** 20));
  await store.put(`${prefix}large`, { file });
  const stop = new AbortController();
  const giveUp = { signal: stop.signal, onBytes: () => stop.abort(new Error('given up')) };
  await assert.rejects(store.put(`${prefix}larger`, { file }, giveUp), /given up/);
}
