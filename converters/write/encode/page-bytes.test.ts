import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wordsOf } from '../../read/strings.ts';
import { PageBytes } from './page-bytes.ts';

test('long texts one by one are copied a few times each, however many there are', () => {
  const [text, bytes] = [new Uint8Array(10_000).fill(0x61), new PageBytes()];
  let moves = 0;
  for (let i = 0; i < 4_000; i++) {
    const before = bytes.all;
    bytes.text(text, wordsOf(text), 0, text.length);
    if (bytes.all !== before) moves += 1;
  }
  assert.equal(bytes.length, 4_000 * (text.length + 4));
  assert.ok(bytes.all.length < 1.4 * bytes.length, `${bytes.all.length} bytes for ${bytes.length}`);
  assert.ok(moves < 60, `${moves} moves`);
});

test('what is copied is what was there, of every length and from every place', () => {
  const from = Uint8Array.from({ length: 1_000 }, (_, i) => (7 * i) & 0xff);
  const bytes = new PageBytes();
  for (const length of [0, 1, 2, 3, 4, 5, 7, 8, 31, 299, 300, 301, 600])
    for (const start of [0, 1, 2, 3, 400]) {
      bytes.length = 0;
      bytes.byte(9);
      bytes.copy(from, wordsOf(from), start, start + length);
      assert.deepEqual([...bytes.bytes], [9, ...from.subarray(start, start + length)]);
    }
});
