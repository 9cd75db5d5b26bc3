import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchRecord } from './bench/dataset.ts';
import { rawObjects } from './bench/telemetry.ts';
import { convertRun } from './convert.ts';
import { sealRun } from './seal/seal.ts';
import { MemoryStore } from './store/memory.ts';
import { putTruth, truthKey } from './truth/record.ts';

const REQUESTS = 50;
const record = benchRecord(REQUESTS);
const { start_ms } = record.window;

/** A store that remembers what was asked of it. */
class Watched extends MemoryStore {
  readonly asked: string[] = [];
  override get(key: string): Promise<Uint8Array> {
    this.asked.push(key);
    return super.get(key);
  }
}

async function converted({ withTruth }: { withTruth: boolean }) {
  const raw = new Watched();
  for (const { key, bytes } of rawObjects({ requests: REQUESTS, start: start_ms })) await raw.put(key, bytes);
  if (withTruth)
    await putTruth({
      raw,
      truth: {
        ...{ schema_version: 1, run_id: 'bench', campaign: 'quick', seed: 1, time_scale: 1, plan_hash: null },
        ...{ complete: true, scaled: {}, cases: [] },
        traffic: { start_ms, end_ms: start_ms + 1000, rate: 1, shape: 'flat' },
      },
    });
  await convertRun({ raw, record });
  const parts = new Map<string, string>();
  for await (const { key } of raw.list('parts/'))
    parts.set(key, Buffer.from(await MemoryStore.prototype.get.call(raw, key)).toString('base64'));
  const asked = [...raw.asked];
  const { files } = await sealRun({ raw, datasets: new MemoryStore(), record });
  return { parts, asked, files };
}

test('convert gives the same bytes whether there is a ground truth or not, and never looks at it', async () => {
  const [with_, without] = await Promise.all([
    converted({ withTruth: true }),
    converted({ withTruth: false }),
  ]);
  assert.ok(without.parts.size > 0 && without.asked.length > 0);
  assert.deepEqual(with_.parts, without.parts);
  assert.deepEqual(with_.files, without.files);
  assert.ok(!with_.asked.includes(truthKey('bench')));
  assert.deepEqual(with_.asked, without.asked);
});
