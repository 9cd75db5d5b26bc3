import assert from 'node:assert/strict';
import { join } from 'node:path';
import { benchRecord } from '../../../converters/bench/dataset.ts';
import { rawObjects } from '../../../converters/bench/telemetry.ts';
import { openParquet } from '../../../converters/dataset/parquet.ts';
import { encodeRecord, recordKey } from '../../../converters/run/runs.ts';
import type { S3Server } from '../../../converters/store/s3-server.test-world.ts';
import type { ObjectStore } from '../../../converters/store/store.ts';

export const OBJECTS = 500;
export const DELIVERIES = 3;
export const SEED = 20_261_124;
const PER_OBJECT = 10;
const REQUESTS = PER_OBJECT * Math.ceil(OBJECTS / 3);
export const record = benchRecord(REQUESTS);

/** A run of so many raw objects of all three signals, the same in each bucket; their keys. */
export async function fill(stores: readonly ObjectStore[]): Promise<string[]> {
  const keys: string[] = [];
  const start = record.window.start_ms;
  for (const { key, bytes } of rawObjects({ requests: REQUESTS, start, perObject: PER_OBJECT })) {
    if (keys.length === OBJECTS) break;
    keys.push(key);
    for (const raw of stores) await raw.put(key, bytes);
  }
  for (const raw of stores) await raw.put(recordKey(record.run_id), encodeRecord({ raw, record }));
  return keys;
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [all[i], all[j]] = [all[j] as T, all[i] as T];
  }
  return all;
}

export const credentialsOf = ({ credentials }: S3Server) => ({
  AWS_ACCESS_KEY_ID: credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
});

export async function bytesBelow(store: ObjectStore, prefix: string): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for await (const { key } of store.list(prefix)) found.set(key, Buffer.from(await store.get(key)));
  return found;
}

/** Every row has an event uid of its own. */
export async function assertDistinct(
  dataset: string,
  classes: Readonly<Record<string, number>>,
): Promise<void> {
  const uids = new Set<unknown>();
  let rows = 0;
  for (const name of ['logs', 'traces', 'metrics', 'changes']) {
    const parquet = await openParquet(join(dataset, `ocsf_${name}.parquet`));
    try {
      for await (const group of parquet.groups(['event_uid'])) {
        const column = group.column('event_uid');
        for (let i = 0; i < group.rows; i++) uids.add(column[i]);
        rows += group.rows;
      }
    } finally {
      await parquet.close();
    }
  }
  assert.equal(
    rows,
    Object.values(classes).reduce((sum, count) => sum + count, 0),
  );
  assert.equal(uids.size, rows);
}
