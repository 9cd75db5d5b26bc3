import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAhead } from './read-ahead.ts';

interface Item {
  readonly name: string;
  readonly rows: number;
}

/** A store that answers when it is told to. */
class Desk {
  readonly asked: string[] = [];
  readonly #waiting = new Map<string, PromiseWithResolvers<Uint8Array>>();

  readonly read = ({ name }: Item): Promise<Uint8Array> => {
    this.asked.push(name);
    const waiting = withResolvers<Uint8Array>();
    this.#waiting.set(name, waiting);
    return waiting.promise;
  };
  answer(name: string, bytes: number): void {
    this.#waiting.get(name)?.resolve(new Uint8Array(bytes));
  }
  fail(name: string): void {
    this.#waiting.get(name)?.reject(new Error(`${name} is gone`));
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: Error): void;
}

function withResolvers<T>(): PromiseWithResolvers<T> {
  const made: Partial<PromiseWithResolvers<T>> = {};
  const promise = new Promise<T>((resolve, reject) => Object.assign(made, { resolve, reject }));
  return { ...(made as PromiseWithResolvers<T>), promise };
}

const NAMES = ['a', 'b', 'c', 'd', 'e', 'f'];
const items = (rows = 10): Item[] => NAMES.map((name) => ({ name, rows }));
const limits = { atOnce: 4, room: 1_000_000, signal: undefined, what: 'reading' };
const rowsOf = ({ rows }: Item): number => rows;

/** The name of the next. */
async function nextOf(ahead: ReturnType<typeof readAhead<Item>>): Promise<string | undefined> {
  const { value } = await ahead.next();
  return value ? `${value.item.name}${value.bytes.length}` : undefined;
}

test('what is read comes in the order of the items, whichever is answered first, and so many are in hand', async () => {
  const desk = new Desk();
  const ahead = readAhead({ items: items(), read: desk.read, unitsOf: rowsOf, ...limits });
  const first = nextOf(ahead);
  assert.deepEqual(desk.asked, ['a', 'b', 'c', 'd']);
  for (const name of ['d', 'b', 'c', 'a']) desk.answer(name, 5);
  assert.equal(await first, 'a5');
  assert.deepEqual(desk.asked, ['a', 'b', 'c', 'd', 'e']);
  assert.equal(await nextOf(ahead), 'b5');
  assert.deepEqual(desk.asked, NAMES);
  desk.answer('e', 6);
  desk.answer('f', 7);
  assert.deepEqual([await nextOf(ahead), await nextOf(ahead)], ['c5', 'd5']);
  assert.deepEqual([await nextOf(ahead), await nextOf(ahead), await nextOf(ahead)], ['e6', 'f7', undefined]);
});

test('bytes are counted: as guessed by the rows, then as they came; one is always read', async () => {
  const desk = new Desk();
  const ahead = readAhead({ items: items(), read: desk.read, unitsOf: rowsOf, ...limits, room: 6_000 });
  const first = nextOf(ahead);
  // Ten rows are guessed at 2,560 bytes.
  assert.deepEqual(desk.asked, ['a', 'b']);
  desk.answer('a', 5_000);
  assert.equal(await first, 'a5000');
  // 500 bytes a row are known now: b alone fills the room.
  assert.deepEqual(desk.asked, ['a', 'b']);
  desk.answer('b', 900);
  assert.equal(await nextOf(ahead), 'b900');
  assert.deepEqual(desk.asked, ['a', 'b', 'c']);
  desk.answer('c', 100_000);
  assert.equal(await nextOf(ahead), 'c100000');
  assert.deepEqual(desk.asked, ['a', 'b', 'c', 'd']);
  desk.answer('d', 1);
  await nextOf(ahead);
  await Promise.all([ahead.return(), desk.answer('e', 1)]);
});

test('a read that fails is told when its turn comes; none that was begun goes on behind the error', async () => {
  const desk = new Desk();
  const ahead = readAhead({ items: items(), read: desk.read, unitsOf: rowsOf, ...limits });
  const first = nextOf(ahead);
  desk.fail('b');
  desk.answer('a', 1);
  assert.equal(await first, 'a1');
  let ended = false;
  const second = ahead.next().finally(() => {
    ended = true;
  });
  const refused = assert.rejects(second, /b is gone/);
  desk.answer('c', 1);
  desk.answer('d', 1);
  await new Promise(setImmediate);
  assert.equal(ended, false);
  desk.answer('e', 1);
  await refused;
  assert.deepEqual(desk.asked, ['a', 'b', 'c', 'd', 'e']);
});

test('reads that fail and are never awaited, since it was left before, are no error of the process', async () => {
  const desk = new Desk();
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    const ahead = readAhead({ items: items(), read: desk.read, unitsOf: rowsOf, ...limits });
    const first = nextOf(ahead);
    desk.answer('a', 1);
    await first;
    for (const name of ['b', 'c', 'd', 'e']) desk.fail(name);
    await ahead.return();
    await new Promise(setImmediate);
    assert.deepEqual(unhandled, []);
  } finally {
    process.off('unhandledRejection', note);
  }
});

test('stopped, it takes nothing more', async () => {
  const [desk, stop] = [new Desk(), new AbortController()];
  const ahead = readAhead({
    ...{ items: items(), read: desk.read, unitsOf: rowsOf },
    ...{ ...limits, atOnce: 2, signal: stop.signal },
  });
  const first = nextOf(ahead);
  desk.answer('a', 1);
  await first;
  stop.abort();
  desk.answer('b', 1);
  desk.answer('c', 1);
  await assert.rejects(ahead.next(), { code: 'CANCELLED' });
  assert.deepEqual(desk.asked, ['a', 'b', 'c']);
});
