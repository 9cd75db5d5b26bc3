import { convertRun } from '../convert.ts';
import { parseManifest } from '../dataset/manifest.ts';
import { parseSums } from '../dataset/sums.ts';
import { partRowsKey, partSetKey } from '../parts/part-set.ts';
import { openPart } from '../parts/read-part.ts';
import { readRejects } from '../parts/rejects.ts';
import { decodeRecord, encodeRecord } from '../run/runs.ts';
import { loadPartSet } from '../seal/part-sets.ts';
import { sealRun } from '../seal/seal.ts';
import { MemoryStore } from '../store/memory.ts';
import type { ObjectStore } from '../store/store.ts';
import { readTruth } from '../truth/record.ts';
import { EVERY_KIND, EVERY_KIND_RUN as record } from '../write/every-kind.test-world.ts';

/** A document of our own that is read back: its bytes, and its reader, which takes them or refuses them with a code. */
export interface Document {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly read: (bytes: Uint8Array) => unknown;
}

const { run_id: runId } = record;
const TRUTH = {
  ...{ schema_version: 1, run_id: runId, campaign: 'quick', seed: 1, time_scale: 40, plan_hash: null },
  ...{ complete: true, scaled: {}, cases: [] },
  traffic: { start_ms: record.window.start_ms, end_ms: record.window.end_ms, rate: 20, shape: 'flat' },
};

/** A real run, converted and sealed, with a record that nobody can read in it. */
export async function documents(): Promise<readonly Document[]> {
  const [raw, datasets] = [new MemoryStore(), new MemoryStore()];
  for (const { key, bytes } of EVERY_KIND) await raw.put(key, bytes);
  const cut = 'raw/2026/11/24/06/00/logs_cut.binpb.gz';
  await raw.put(cut, Buffer.from('no gzip: password=hunter2'));
  await convertRun({ raw, record });
  await sealRun({ raw, datasets, record });
  const source = EVERY_KIND[0]?.key as string;
  const letter = (await keysBelow(raw, 'dead-letter/'))[0] as string;
  const setKey = partSetKey(runId, source);
  const set = await loadPartSet({ raw, record, key: setKey, source });
  const [part] = set.parts;
  if (!part) throw new Error('a part set without parts');
  const other = async (key: string, bytes: Uint8Array): Promise<ObjectStore> => {
    const store = new MemoryStore();
    await store.put(key, bytes);
    return store;
  };
  const rowsKey = partRowsKey(runId, source);
  return [
    {
      name: 'part',
      bytes: await raw.get(rowsKey),
      read: (bytes) => openPart({ runId, of: { ...part, source, n: 0 }, bytes }),
    },
    {
      name: 'part set',
      bytes: await raw.get(setKey),
      read: async (bytes) => loadPartSet({ raw: await other(setKey, bytes), record, key: setKey, source }),
    },
    {
      name: 'dead letters',
      bytes: await raw.get(letter),
      read: async (bytes) => {
        for await (const _ of readRejects({ raw: await other(letter, bytes), runId }));
      },
    },
    {
      name: 'manifest',
      bytes: await datasets.get(`${runId}/manifest.json`),
      read: (bytes) => parseManifest({ bytes, where: 'here' }),
    },
    {
      name: 'sums',
      bytes: await datasets.get(`${runId}/SHA256SUMS`),
      read: (bytes) => parseSums(Buffer.from(bytes).toString('utf8')),
    },
    {
      name: 'run record',
      bytes: encodeRecord({ raw, record }),
      read: (bytes) => decodeRecord({ raw, runId, bytes }),
    },
    {
      name: 'ground truth',
      bytes: Buffer.from(JSON.stringify(TRUTH)),
      read: async (bytes) => readTruth({ raw: await other(`truth/${runId}.json`, bytes), runId }),
    },
  ];
}

async function keysBelow(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}
