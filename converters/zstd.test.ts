import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compress, init } from '@bokuweb/zstd-wasm';
import { rawObjects, seeded } from './bench/telemetry.ts';
import { onePiece } from './read/raw-object.ts';
import { loadZstd } from './zstd.ts';

test('a frame is the same bytes whatever was compressed before it, of any size and at any level', async () => {
  await init();
  const zstd = await loadZstd();
  const random = seeded(7);
  const [object] = rawObjects({ requests: 300, start: 1_795_500_000_000 });
  assert.ok(object);
  const { bytes } = onePiece({ key: object.key, packed: object.bytes });
  for (let i = 0; i < 400; i++) {
    const from = Math.floor(random() * bytes.length);
    const page = bytes.subarray(from, from + Math.floor(2 ** (18 * random())));
    const [made, level] = random() < 0.5 ? [zstd.compress(page), 1] : [zstd.compressFast(page), -2];
    assert.deepEqual(made, compress(page, level), `${page.length} bytes from ${from}`);
    assert.deepEqual(Buffer.from(zstd.decompress(made)), Buffer.from(page));
  }
});
