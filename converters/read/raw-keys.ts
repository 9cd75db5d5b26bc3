import { rawObjects } from '../run/raw-objects.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { rawName } from './raw-object.ts';

/** Keys of a run's raw objects: those that hold telemetry by their names, and of foreign telemetry all. @throws `RUN_NOT_COMPLETE` */
export async function* rawKeys({
  raw,
  record,
}: {
  raw: ObjectStore;
  record: RunRecord;
}): AsyncIterable<string> {
  if (record.target !== 'foreign') {
    for await (const { key } of rawObjects({ raw, record })) if (rawName(key)) yield key;
    return;
  }
  for await (const { key } of raw.list('')) yield key;
}
