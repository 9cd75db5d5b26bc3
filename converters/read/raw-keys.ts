import { rawObjects } from '../run/raw-objects.ts';
import type { RunRecord } from '../run/record.ts';
import type { ObjectStore } from '../store/store.ts';
import { rawName } from './raw-object.ts';

/** Keys of a run's raw objects, those that hold telemetry by their names. @throws `RUN_NOT_COMPLETE` */
export async function* rawKeys(run: { raw: ObjectStore; record: RunRecord }): AsyncIterable<string> {
  for await (const { key } of rawObjects(run)) if (rawName(key)) yield key;
}
