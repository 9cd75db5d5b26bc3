import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../bench/telemetry.ts';
import { fixedCount, StringPool } from './strings.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Strings of 0 to 40 characters, some of several bytes, many that differ in one place only. */
function texts(count: number): string[] {
  const random = seeded(5);
  return Array.from({ length: count }, () => {
    const length = Math.floor(random() * 41);
    const letters = Array.from({ length }, () => 'aäbc€'[Math.floor(random() ** 4 * 5)]);
    return letters.join('');
  });
}

test('one number a string, whatever buffer it comes from and wherever it lies there', () => {
  const pool = new StringPool();
  const ids = new Map<string, number>();
  const buffers = [bytesOf('x'), bytesOf('xyz'), new Uint8Array(0)];
  texts(20_000).forEach((text, i) => {
    const before = buffers[i % 3] as Uint8Array;
    const bytes = bytesOf(text);
    const buffer = new Uint8Array(before.length + bytes.length + 1).subarray(1);
    buffer.set(before);
    buffer.set(bytes, before.length);
    const id = pool.ofBytes(buffer, before.length, buffer.length);
    assert.equal(id, ids.get(text) ?? id);
    ids.set(text, id);
    assert.equal(pool.of(text), id);
    assert.ok(pool.isAt(id, buffer, before.length, buffer.length));
  });
  assert.equal(new Set(ids.values()).size, ids.size);
  for (const [text, id] of ids) assert.equal(pool.text(id), text);
});

test('what is appended has a number of its own and is not found', () => {
  const pool = new StringPool();
  const bytes = bytesOf('0123456789abcdef');
  const [first, second] = [pool.append(bytes, 0, 16), pool.append(bytes, 0, 16)];
  const found = pool.ofBytes(bytes, 0, 16);
  assert.equal(new Set([first, second, found]).size, 3);
  assert.deepEqual(
    [pool.text(first), pool.text(second), pool.text(found)],
    Array(3).fill('0123456789abcdef'),
  );
  for (let i = 0; i < 5_000; i++) pool.append(bytes, 0, 1 + (i % 16));
  for (const text of texts(5_000)) pool.of(text);
  assert.equal(pool.ofBytes(bytes, 0, 16), found);
  assert.equal(pool.appendAscii('0123456789abcdef', 4), pool.size - 1);
  assert.equal(pool.text(pool.size - 1), '0123');
  assert.equal(pool.text(pool.ofHex(Uint8Array.of(1, 0xfe), 0, 2, false)), '01fe');
});

test('emptied, it begins behind the fixed strings', () => {
  const pool = new StringPool();
  const all = texts(3_000);
  for (const text of all) pool.of(text);
  pool.append(bytesOf('abc'), 0, 3);
  pool.clear();
  assert.equal(pool.size, fixedCount());
  const ids = all.map((text) => pool.of(text));
  all.forEach((text, i) => {
    assert.equal(pool.text(ids[i] as number), text);
  });
  assert.equal(new StringPool({ withFixed: false }).of('first'), 0);
});

test('what is no UTF-8 is refused', () => {
  const pool = new StringPool();
  for (const bytes of [[0xff], [0x61, 0x62, 0x63, 0x64, 0xc3], [0x61, 0x80, 0x61, 0x61]])
    assert.throws(() => pool.ofBytes(Uint8Array.from(bytes), 0, bytes.length), { reason: 'invalid_utf8' });
});
