import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { onePiece } from './raw-object.ts';

const KEY = 'raw/2026/11/24/06/00/traces_1.binpb.gz';

test('an object is unpacked whole where its end says less than it holds: it may be several members', () => {
  const bytes = Buffer.alloc(300_000, 'some spans');
  const packed = Buffer.concat([gzipSync(bytes), gzipSync(Buffer.from('one more'))]);
  const piece = onePiece({ key: KEY, packed });
  assert.deepEqual(piece.refused, []);
  assert.deepEqual(Buffer.from(piece.bytes), Buffer.concat([bytes, Buffer.from('one more')]));
});

test('what says that it holds more than it does, or is too short to say anything, is no gzip', () => {
  const packed = gzipSync(Buffer.from('some spans'));
  packed.writeUInt32LE(0xffff_ffff, packed.length - 4);
  for (const wrong of [packed, packed.subarray(0, 3), packed.subarray(0, 0)]) {
    const { bytes, refused } = onePiece({ key: KEY, packed: wrong });
    assert.equal(bytes.length, 0);
    assert.deepEqual(
      refused.map(({ reason }) => reason),
      ['not_gzip'],
    );
  }
});
