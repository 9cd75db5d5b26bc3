import { benchRecord } from './bench/dataset.ts';
import { rawObjects } from './bench/telemetry.ts';
import type { EventCheck } from './map/raw-object.ts';
import { Rows } from './map/rows.ts';
import { convertObject, workbench } from './parts/convert-object.ts';
import type { RunRecord } from './run/record.ts';
import type { ObjectStore } from './store/store.ts';

const REQUESTS = 120;
export const record: RunRecord = benchRecord(REQUESTS);
export const objects = [
  ...rawObjects({ requests: REQUESTS, start: record.window.start_ms, perObject: 40 }),
] as const;

/** What a converter to which a kind of event is not known finds wrong with it. */
export function without(kind: string): EventCheck {
  let of = new Rows();
  return {
    begin: (rows) => {
      of = rows;
    },
    problem: (row) => {
      return of.value(row, 'event_kind') === kind ? `${kind} is not known` : undefined;
    },
  };
}

/** Puts the run's raw objects, and the parts of them that an older converter left: it refused one kind of event. */
export async function convertedByOlder<T extends ObjectStore>(raw: T): Promise<T> {
  for (const { key, bytes } of objects) await raw.put(key, bytes);
  await convertAsOlder({ raw, source: raw, prefix: 'raw/', of: record });
  return raw;
}

export async function convertAsOlder({
  raw,
  source,
  prefix,
  of,
}: {
  raw: ObjectStore;
  source: ObjectStore;
  prefix: string;
  of: RunRecord;
}): Promise<void> {
  const bench = workbench(without('redis.op'));
  for await (const { key } of source.list(prefix))
    await convertObject({ raw, source, record: of, key, atBench: (work) => work(bench) });
}
