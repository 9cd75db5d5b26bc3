import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openStore } from '../../../converters/store/open.ts';
import { TextSearch } from './secret-search.ts';

test('a text is found wherever a stream is cut', async () => {
  const bytes = Buffer.from('........the secret is here........');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const search = new TextSearch({ one: 'secret', none: 'nowhere' });
    await search.stream('text', Readable.from([bytes.subarray(0, cut), bytes.subarray(cut)]));
    assert.deepEqual([...search.hits], ['text: one'], `cut at ${cut}`);
  }
  const search = new TextSearch({ one: 'secret' });
  await search.stream('text', Readable.from([...bytes].map((byte) => Buffer.of(byte))));
  assert.deepEqual([...search.hits], ['text: one'], 'byte by byte');
});

test('a text is found on both streams of a command, and in a packed object below the prefix', async () => {
  const search = new TextSearch({ a: 'to-stdout', b: 'to-stderr', c: 'packed', d: 'beside' });
  await search.command('command', 'sh', ['-c', 'echo to-stdout; echo to-stderr >&2']);
  const store = openStore('memory:');
  await store.put('raw/a.gz', gzipSync('packed'));
  await store.put('runs/a', Buffer.from('beside'));
  await search.bucket('bucket', store, 'raw/');
  assert.deepEqual([...search.hits].sort(), ['bucket: c', 'command: a', 'command: b']);
  await assert.rejects(search.command('command', 'sh', ['-c', 'exit 3']), /ended with 3/);
});
