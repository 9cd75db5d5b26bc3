import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allPlacesOf, numbersOf, packed, packedPlaces, placesOf } from './column.ts';

const HOUR = 1_795_500_000_000;

const CASES: readonly (readonly [what: string, bytes: number, values: readonly number[]])[] = [
  ['the same throughout', 1, [HOUR, HOUR, HOUR]],
  ['255 whole numbers', 1, [-7, 247]],
  ['256 whole numbers', 2, [-7, 248]],
  ['times of a minute', 2, [HOUR + 59_999, HOUR, Number.NaN, HOUR + 1]],
  ['65,535 whole numbers', 2, [1, 65_535]],
  ['65,536 whole numbers', 4, [0, 65_535]],
  ['times of two weeks', 4, [HOUR, HOUR + 14 * 86_400_000]],
  ['whole numbers far apart', 8, [0, 2 ** 31]],
  ['thousandths', 4, [100.38, 0.001, Number.NaN, 20_000.021]],
  ['whole numbers and thousandths', 2, [1, 0.125]],
  ['other fractions', 8, [0.1 + 0.2, 1 / 3, Number.NaN]],
  ['whole numbers beyond 2^53', 1, [2 ** 53, 2 ** 53 + 2, 2 ** 53 + 200]],
  ['0 below 0', 8, [-0, 1]],
  ['numbers without end', 8, [Number.POSITIVE_INFINITY, 1, Number.NEGATIVE_INFINITY]],
  ['one number without end', 8, [Number.POSITIVE_INFINITY]],
  ['the largest and the smallest', 8, [Number.MAX_VALUE, Number.MIN_VALUE]],
  ['all absent', 1, [Number.NaN, Number.NaN]],
  ['none', 1, []],
];

for (const [what, bytes, values] of CASES)
  test(`numbers come back as they were, in ${bytes} bytes each: ${what}`, () => {
    const column = packed('some', Float64Array.from(values));
    assert.equal(column.bytes, bytes);
    assert.equal(column.data.length, bytes * values.length);
    const { data, ...said } = column;
    assert.deepEqual([...numbersOf({ ...JSON.parse(JSON.stringify(said)), data })], values);
  });

test('places come back as they were, in as few bytes as tell them apart; one that is not in the list is refused', () => {
  for (const [bytes, places] of [
    [1, [3, -1, 5, 4]],
    [1, [70_000, 70_254]],
    [2, [70_000, 70_255, -1]],
    [4, [0, 65_535]],
    [1, [-1, -1]],
    [1, []],
  ] as const) {
    const column = packedPlaces('some', Int32Array.from(places));
    assert.equal(column.bytes, bytes);
    assert.equal(column.data.length, bytes * places.length);
    assert.deepEqual([...placesOf(column, 70_256)], places);
  }
  const column = packedPlaces('some', Int32Array.of(3, -1, 5, 4));
  assert.throws(() => placesOf(column, 5), /some has place 5 among 5/);
  assert.throws(
    () => placesOf(packed('some', Float64Array.of(0.1 + 0.2)), 5),
    /some has no places of 8 bytes/,
  );
});

test('places below the first are refused, and absent ones where all have to be there', () => {
  const column = packedPlaces('some', Int32Array.of(3, -1));
  assert.throws(() => placesOf({ ...column, least: -1 }, 10), /some has places from -1 on/);
  assert.throws(() => placesOf({ ...column, least: 0.5 }, 10), RangeError);
  assert.throws(() => allPlacesOf(column, 10), /some is not everywhere/);
  assert.deepEqual([...allPlacesOf(packedPlaces('some', Int32Array.of(3, 1)), 10)], [3, 1]);
});
