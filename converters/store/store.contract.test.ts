import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isStoreError } from './errors.ts';
import { openStore } from './open.ts';
import { type S3Server, startS3Server } from './s3-server.test-world.ts';
import type { ObjectStore } from './store.ts';

interface World {
  readonly store: ObjectStore;
  close(): Promise<void>;
}

/** A new, empty store; undefined where its server cannot be had. */
type Build = (folder: string) => Promise<World | undefined>;

const backends: Record<string, Build> = {
  memory: async () => ({ store: openStore('memory:'), close: async () => undefined }),
  filesystem: async (folder) => ({ store: openStore(join(folder, 'bucket')), close: async () => undefined }),
  's3 (versitygw)': (folder) => s3World(folder, 's3://bucket'),
  's3 under a prefix': (folder) => s3World(folder, 's3://bucket/some/prefix'),
};

async function s3World(folder: string, url: string): Promise<World | undefined> {
  const server: S3Server | undefined = await startS3Server({ root: folder, buckets: ['bucket'] });
  if (!server) return undefined;
  const { endpoint, credentials } = server;
  return { store: openStore(url, { endpoint, credentials }), close: () => server.stop() };
}

const text = (value: string) => new TextEncoder().encode(value);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

async function keysOf(store: ObjectStore, prefix: string, startAfter?: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix, startAfter === undefined ? {} : { startAfter }))
    keys.push(key);
  return keys;
}

for (const [name, build] of Object.entries(backends)) {
  describe(`object store: ${name}`, () => {
    let folder: string;
    let world: World | undefined;
    let store: ObjectStore;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'store-'));
      world = await build(folder);
      if (world) store = world.store;
    });
    after(async () => {
      await world?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const fact = (title: string, body: () => Promise<void>) =>
      test(title, async (t) => {
        if (!world) return t.skip('versitygw is not installed');
        await body();
      });

    fact('what was put is what is read', async () => {
      const before = Date.now();
      await store.put('a/b.txt', text('hello'));
      assert.equal(Buffer.from(await store.get('a/b.txt')).toString(), 'hello');
      const info = await store.head('a/b.txt');
      assert.equal(info?.key, 'a/b.txt');
      assert.equal(info?.size, 5);
      assert.ok(Math.abs((info?.lastModified.getTime() ?? 0) - before) < 60_000);
      await store.put('a/b.txt', text('again'));
      assert.equal(Buffer.from(await store.get('a/b.txt')).toString(), 'again');
    });

    fact(
      'the etag of a listing, which S3 has, is another one for another content of the same size',
      async () => {
        const listed = async () => {
          for await (const { etag } of store.list('tagged')) return etag;
          return assert.fail('it is not listed');
        };
        await store.put('tagged', text('one'));
        const one = await listed();
        assert.equal(await listed(), one);
        await store.put('tagged', text('two'));
        if (name.startsWith('s3')) assert.notEqual(await listed(), one ?? assert.fail('S3 gives one'));
        else assert.equal(one, undefined);
      },
    );

    fact('bytes are taken and given as copies', async () => {
      const bytes = Buffer.from('first');
      await store.put('copy', bytes);
      bytes[0] = 0;
      const got = await store.get('copy');
      assert.equal(Buffer.from(got).toString(), 'first');
      got[0] = 0;
      assert.equal(Buffer.from(await store.get('copy')).toString(), 'first');
    });

    fact('an empty object is an object', async () => {
      await store.put('empty', new Uint8Array());
      assert.equal((await store.get('empty')).length, 0);
      assert.equal((await store.head('empty'))?.size, 0);
    });

    fact('keys are listed by their UTF-8 bytes', async () => {
      const keys = ['A', 'a-b', 'a.c', 'a/ b', 'a/b', 'a0', 'q+r s&=?#%.x', 'z', 'é', '～x', '😀', 'ｚ'];
      for (const key of keys.toReversed()) await store.put(`order/${key}`, text(key));
      const byBytes = keys
        .map((key) => `order/${key}`)
        .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
      assert.deepEqual(await keysOf(store, 'order/'), byBytes);
      for (const [i, key] of byBytes.entries()) {
        assert.deepEqual(await keysOf(store, 'order/', key), byBytes.slice(i + 1), `after ${key}`);
      }
    });

    fact('startAfter needs not exist, and is exclusive', async () => {
      for (const key of ['s/1', 's/3/x', 's/5']) await store.put(key, text(key));
      assert.deepEqual(await keysOf(store, 's/', 's/2'), ['s/3/x', 's/5']);
      assert.deepEqual(await keysOf(store, 's/', 's/3/x'), ['s/5']);
      assert.deepEqual(await keysOf(store, 's/', 's/3'), ['s/3/x', 's/5']);
      assert.deepEqual(await keysOf(store, 's/', 's/9'), []);
      assert.deepEqual(await keysOf(store, 's/', 'a'), ['s/1', 's/3/x', 's/5']);
    });

    fact('a prefix is of the key, not of its segments', async () => {
      for (const key of ['p/x', 'pa/x', 'pb']) await store.put(key, text(key));
      assert.deepEqual(await keysOf(store, 'p'), ['p/x', 'pa/x', 'pb']);
      assert.deepEqual(await keysOf(store, 'p/'), ['p/x']);
      assert.deepEqual(await keysOf(store, 'pa/x'), ['pa/x']);
      assert.deepEqual(await keysOf(store, 'pa/xy'), []);
      assert.deepEqual(await keysOf(store, 'none/'), []);
    });

    fact('more than one page is listed whole', async () => {
      const keys = Array.from(
        { length: 1005 },
        (_, i) => `pages/${String(i % 7)}/${String(i).padStart(5, '0')}`,
      );
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, text(key))));
      }
      assert.deepEqual(await keysOf(store, 'pages/'), keys.toSorted());
    });

    fact('of 30 conditional puts at once exactly one wins', async () => {
      const results = await Promise.allSettled(
        Array.from({ length: 30 }, (_, i) =>
          store.put('race/one', text(`writer ${i}`), { ifNoneMatch: true }),
        ),
      );
      const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
      assert.equal(winners.length, 1);
      assert.equal(Buffer.from(await store.get('race/one')).toString(), `writer ${winners[0]}`);
      for (const result of results) {
        if (result.status === 'rejected')
          assert.ok(isStoreError(result.reason, 'OBJECT_EXISTS'), String(result.reason));
      }
    });

    fact('an object that is not there', async () => {
      assert.equal(await store.head('no/such'), undefined);
      await assert.rejects(store.get('no/such'), (error: Error) => {
        assert.ok(isStoreError(error, 'OBJECT_NOT_FOUND'));
        return error.message.includes('no/such') && error.message.includes(store.url);
      });
      const target = join(folder, 'not-there');
      await assert.rejects(store.download('no/such', target), { code: 'OBJECT_NOT_FOUND' });
      await assert.rejects(readFile(target), { code: 'ENOENT' });
      await store.delete('no/such');
    });

    fact('what was deleted is gone, and its name is free', async () => {
      await store.put('gone/deep/x', text('1'));
      await store.delete('gone/deep/x');
      assert.equal(await store.head('gone/deep/x'), undefined);
      assert.deepEqual(await keysOf(store, 'gone'), []);
      await store.put('gone/deep', text('2'), { ifNoneMatch: true });
      assert.deepEqual(await keysOf(store, 'gone'), ['gone/deep']);
    });

    fact('invalid keys are refused before anything happens', async () => {
      const invalid = [
        '',
        '/',
        '/a',
        'a/',
        'a//b',
        '.',
        '..',
        '../x',
        'a/../b',
        'a/./b',
        'a\0b',
        'a\nb',
        'a\\b',
      ];
      invalid.push('k'.repeat(256), 'k/'.repeat(600), '\ud800', '.sgwtmp', '.sgwtmp/x');
      for (const key of invalid) {
        const refused = (error: unknown) => isStoreError(error, 'INVALID_KEY');
        await assert.rejects(store.put(key, text('x')), refused, JSON.stringify(key));
        await assert.rejects(store.get(key), refused);
        await assert.rejects(store.head(key), refused);
        await assert.rejects(store.download(key, join(folder, 'x')), refused);
        await assert.rejects(store.delete(key), refused);
      }
      await assert.rejects(readFile(join(folder, 'x')), { code: 'ENOENT' });
    });

    fact('a big object goes through files and comes back the same', async () => {
      const bytes = new Uint8Array(40 * 1024 * 1024 + 7);
      for (let i = 0; i < bytes.length; i += 4099) bytes[i] = i % 251;
      const from = join(folder, 'from.bin');
      const to = join(folder, 'to', 'copy.bin');
      await writeFile(from, bytes);
      await store.put('big/one', { file: from }, { ifNoneMatch: true });
      assert.equal((await store.head('big/one'))?.size, bytes.length);
      await assert.rejects(store.put('big/one', { file: from }, { ifNoneMatch: true }), {
        code: 'OBJECT_EXISTS',
      });
      await store.download('big/one', to);
      assert.equal(sha256(await readFile(to)), sha256(bytes));
      await store.put('small/one', { file: from.replace('from.bin', 'from.bin') });
    });

    fact('a piece of an object is its bytes from there on, and ends where it ends', async () => {
      await store.put('ranged', text('0123456789'));
      const range = async (...of: [number, number]) =>
        Buffer.from(await store.getRange('ranged', ...of)).toString();
      assert.deepEqual(await Promise.all([range(0, 4), range(4, 4), range(8, 4)]), ['0123', '4567', '89']);
      assert.deepEqual(await Promise.all([range(10, 4), range(3, 0)]), ['', '']);
      await assert.rejects(store.getRange('no/such', 0, 4), { code: 'OBJECT_NOT_FOUND' });
    });

    fact('what was said of an object when it was put is known of it', async () => {
      const body = text('checked');
      await store.put('checked', body, { sha256: sha256(body) });
      assert.equal(await store.checksum('checked'), sha256(body));
      assert.equal(await store.checksum('no/such'), undefined);
    });

    fact('a large file that was stopped within goes on when it is put again', async () => {
      const bytes = new Uint8Array(20 * 1024 * 1024 + 7).map((_, i) => (i * 31) % 251);
      const file = join(folder, 'stopped.bin');
      await writeFile(file, bytes);
      const stop = new AbortController();
      const seen: number[] = [];
      const put = (signal?: AbortSignal) =>
        store.put(
          'stopped/one',
          { file },
          {
            ...{ resume: true, sha256: sha256(bytes), signal },
            onBytes: (count) => {
              seen.push(count);
              stop.abort(new Error('stopped here'));
            },
          },
        );
      const first = await put(stop.signal).then(
        () => 'whole',
        (error: Error) => error.message,
      );
      if (first !== 'whole') {
        assert.equal(first, 'stopped here');
        assert.equal(await store.head('stopped/one'), undefined);
        await put();
      }
      assert.equal(await store.checksum('stopped/one'), sha256(bytes));
      assert.equal(sha256(await store.get('stopped/one')), sha256(bytes));
      assert.equal(seen.at(-1), bytes.length);
    });

    fact('concurrent readers never see a part', async () => {
      const versions = ['a', 'b'].map((letter) => text(letter.repeat(3_000_000)));
      const whole = new Set(versions.map(sha256));
      await store.put('shared', versions[0] ?? text(''));
      let writing = true;
      const reader = async () => {
        let seen = 0;
        while (writing) {
          assert.ok(whole.has(sha256(await store.get('shared'))));
          for await (const { key, size } of store.list('')) {
            assert.ok(!key.includes('sgwtmp') && !key.includes('.put-'), key);
            if (key === 'shared') assert.equal(size, 3_000_000);
          }
          seen++;
        }
        return seen;
      };
      const readers = [reader(), reader()];
      for (let i = 0; i < 20; i++) await store.put('shared', versions[i % 2] ?? text(''));
      writing = false;
      for (const seen of await Promise.all(readers)) assert.ok(seen > 0);
    });
  });
}
