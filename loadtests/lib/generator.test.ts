import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generator } from './generator.ts';

test('the same labels give the same numbers, any other label others', () => {
  const sequence = (...labels: (string | number)[]) => {
    const random = generator(...labels);
    return Array.from({ length: 5 }, () => random.next());
  };
  assert.deepEqual(sequence('1', 'steady', 7), sequence('1', 'steady', 7));
  const all = [
    sequence('1', 'steady', 7),
    sequence('2', 'steady', 7),
    sequence('1', 'other', 7),
    sequence('1', 'steady', 8),
  ];
  // Labels do not run into each other.
  all.push(sequence('1s', 'teady', 7), sequence('1', 'stead', 'y7'));
  assert.equal(new Set(all.map(String)).size, all.length);
});

test('the numbers of a seed do not change from one version to the next', () => {
  const random = generator('1', 'steady', 0);
  assert.deepEqual(
    [random.integer(1_000_000), random.id()],
    [757815, 'abdfd9fb-1f17-f8ad-3948-b6064fd44f00'],
  );
});

test('ids are unique over a long run, and fit the header', () => {
  const ids = new Set<string>();
  for (let iteration = 0; iteration < 20_000; iteration++) {
    const random = generator('1', 'steady', iteration);
    for (let request = 0; request < 10; request++) ids.add(random.id());
  }
  assert.equal(ids.size, 200_000);
  for (const id of ids) assert.match(id, /^[A-Za-z0-9-]{1,64}$/);
});

test('numbers are even over one iteration and over the first of many', () => {
  const buckets = (numbers: number[]) => {
    const counts = new Array<number>(10).fill(0);
    for (const number of numbers)
      counts[Math.floor(number * 10)] = (counts[Math.floor(number * 10)] ?? 0) + 1;
    return counts;
  };
  const random = generator('1', 'even', 0);
  const within = buckets(Array.from({ length: 20_000 }, () => random.next()));
  const across = buckets(
    Array.from({ length: 20_000 }, (_, iteration) => generator('1', 'even', iteration).next()),
  );
  // 2,000 expected, standard deviation 42.
  for (const count of [...within, ...across]) assert.ok(Math.abs(count - 2_000) < 210, String(count));
});
