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

test('what is kept outlives the rest', () => {
  const pool = new StringPool();
  const all = Array.from({ length: 3_000 }, (_, i) => `text ${i}`);
  const kept = all.slice(0, 1_000).map((text) => pool.of(text));
  pool.keep();
  for (const text of all) pool.of(text);
  pool.clearRest();
  assert.equal(pool.size, fixedCount() + 1_000);
  assert.deepEqual(
    all.slice(0, 1_000).map((text) => pool.of(text)),
    kept,
  );
  assert.equal(pool.of(all.at(-1) as string), pool.size - 1);
  pool.clear();
  assert.equal(pool.size, fixedCount());
});

test('emptied, it begins behind the fixed strings', () => {
  const pool = new StringPool();
  const all = texts(3_000);
  for (const text of all) pool.of(text);
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
