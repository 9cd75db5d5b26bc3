import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects, seeded } from '../bench/telemetry.ts';
import { convertRun } from '../convert.ts';
import { REJECT_REASONS } from '../errors.ts';
import { MemoryStore } from '../store/memory.ts';

const MUTATIONS_A_SIGNAL = 700;
const record = benchRecord(40);
const originals = [...rawObjects({ requests: 12, start: record.window.start_ms, perObject: 12 })];

/** One to four wounds: flipped bits, a cut, bytes out of place; packed again, or the packed bytes themselves wounded. */
function wounded(packed: Uint8Array, random: () => number): Uint8Array {
  const inside = random() < 0.85;
  let bytes = Buffer.from(inside ? gunzipSync(packed) : packed);
  const below = (n: number) => Math.floor(random() * n);
  for (let wounds = 1 + below(4); wounds > 0; wounds--) {
    const at = below(bytes.length);
    const kind = below(4);
    if (kind === 0) bytes[at] = (bytes[at] ?? 0) ^ (1 << below(8));
    else if (kind === 1) bytes[at] = below(256);
    else if (kind === 2) bytes = bytes.subarray(0, Math.max(1, at));
    else
      bytes = Buffer.concat([
        bytes.subarray(0, at),
        bytes.subarray(below(bytes.length), bytes.length),
      ]).subarray(0, 40_000);
  }
  return inside ? gzipSync(bytes, { level: 1 }) : bytes;
}

test('2,100 wounded objects: nothing crashes, and every record that is read is a row, a reject or outside', async () => {
  const random = seeded(20261124);
  const raw = new MemoryStore();
  for (const { key, bytes } of originals)
    for (let i = 0; i < MUTATIONS_A_SIGNAL; i++)
      await raw.put(key.replace('.binpb.gz', `-${i}.binpb.gz`), wounded(bytes, random));
  const report = await convertRun({ raw, record });
  assert.equal(report.objects, 3 * MUTATIONS_A_SIGNAL);
  let rejected = 0;
  for (const [signal, counts] of Object.entries(report.signals)) {
    assert.equal(counts.read, counts.rows + counts.rejected + counts.outside_window, signal);
    assert.ok(counts.rows > 0 && counts.rejected > 0, `${signal}: ${JSON.stringify(counts)}`);
    rejected += counts.rejected;
  }

  let letters = 0;
  for await (const { key } of raw.list('dead-letter/bench/'))
    for (const line of Buffer.from(await raw.get(key))
      .toString()
      .trim()
      .split('\n')) {
      const letter = JSON.parse(line);
      letters++;
      assert.ok((REJECT_REASONS as readonly string[]).includes(letter.reason), letter.reason);
      assert.match(letter.sha256, /^[0-9a-f]{64}$/);
      assert.ok(
        letter.source.startsWith('raw/') && Number.isInteger(letter.offset) && letter.excerpt.length <= 160,
      );
    }
  assert.equal(letters, rejected);
});
