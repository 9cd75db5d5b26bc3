import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyQueue } from './queue.ts';

test('gives out what was added, in order and once, and ends when it is closed', async () => {
  const queue = new KeyQueue(10);
  assert.equal(queue.add(['a', 'b', 'a']), true);
  assert.equal(queue.add(['b', 'c']), true);
  queue.close();
  const given: string[] = [];
  for await (const key of queue) given.push(key);
  assert.deepEqual(given, ['a', 'b', 'c']);
});

test('hands a key to a lane that waits; the lanes that still wait at the end are let go', async () => {
  const queue = new KeyQueue(1);
  const lanes = [queue.next(), queue.next(), queue.next()];
  assert.equal(queue.add(['a', 'b']), true);
  assert.equal(queue.length, 0);
  queue.close();
  assert.deepEqual(await Promise.all(lanes), [
    { value: 'a', done: false },
    { value: 'b', done: false },
    { value: undefined, done: true },
  ]);
});

test('gives out nothing more when what waits is dropped', async () => {
  const queue = new KeyQueue(10);
  const lane = queue.next();
  queue.add(['a', 'b', 'c']);
  queue.close({ drop: true });
  assert.equal(queue.length, 0);
  assert.deepEqual(await lane, { value: 'a', done: false });
  assert.deepEqual(await queue.next(), { value: undefined, done: true });
});

test('takes all keys or none when it is nearly full, and none when it is closed', async () => {
  const queue = new KeyQueue(3);
  assert.equal(queue.add(['a', 'b']), true);
  assert.equal(queue.add(['c', 'd']), false);
  assert.equal(queue.length, 2);
  assert.equal(queue.add(['a', 'c']), true, 'one of them waits already');
  for (let i = 0; i < 3; i++) await queue.next();
  assert.equal(queue.add(['1', '2', '3', '4']), true, 'more than ever fit');
  queue.close();
  assert.equal(queue.add(['e']), false);
});
