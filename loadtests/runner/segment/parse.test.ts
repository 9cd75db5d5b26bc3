import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSegment } from './parse.ts';

const firstOf = (segment: string, sequence?: string) => {
  const division = parseSegment({ segment, sequence });
  return Array.from({ length: division.share(12) }, (_, own) => division.nth(own));
};

test('one segment of four, as fractions in any terms, decimals or percent', () => {
  const second = [1, 5, 9];
  assert.deepEqual(firstOf('1/4:2/4', '0,1/4,2/4,3/4,1'), second);
  assert.deepEqual(firstOf('1/4:1/2', '0,25%,50%,75%,1'), second);
  assert.deepEqual(firstOf('0.25:0.5', '0,1/4,1/2,3/4,1'), second);
});

test('without the ends of the others it is one of equal segments', () => {
  for (const [segment, first] of [
    ['0:1/4', 0],
    ['1/4', 0],
    ['1/4:2/4', 1],
    ['2/4:3/4', 2],
    ['3/4:1', 3],
  ] as const)
    assert.deepEqual(firstOf(segment), [first, first + 4, first + 8]);
  assert.equal(parseSegment({ segment: '0:1' }).share(5), 5);
  assert.equal(parseSegment({}).share(5), 5);
});

const REFUSED: [{ segment?: string; sequence?: string }, RegExp][] = [
  [{ segment: '1/4:2/4:3/4' }, /--execution-segment must be FROM:TO with 0 <= FROM < TO <= 1/],
  [{ segment: '2/4:1/4' }, /FROM < TO/],
  [{ segment: '1/2:1/2' }, /FROM < TO/],
  [{ segment: '1/0:1' }, /FROM < TO/],
  [{ segment: '1/2:5/4' }, /got "1\/2:5\/4"/],
  [{ segment: 'half' }, /got "half"/],
  [{ segment: '-1/2:1' }, /got "-1\/2:1"/],
  [{ segment: '1/4:3/4' }, /must be one of n equal ones, or come with --execution-segment-sequence/],
  [{ segment: '0:1/3', sequence: '0,1/4,1' }, /must be one of the segments between 0,1\/4,1, got "0:1\/3"/],
  [{ segment: '0:1/2', sequence: '0,1/4,1/2,1' }, /must be one of the segments between/],
  [{ segment: '0:1/2', sequence: '0,1/2' }, /sequence must rise from 0 to 1, .* got "0,1\/2"/],
  [{ segment: '0:1/2', sequence: '1/2,1' }, /must rise from 0 to 1/],
  [{ segment: '0:1/2', sequence: '0,1/2,1/2,1' }, /must rise from 0 to 1/],
  [
    { segment: '0:1/9973', sequence: '0,1/9973,5000/9967,1' },
    /must have a common denominator up to 10000, got "0,1\/9973,5000\/9967,1"/,
  ],
  // one of 99,400,891 equal ones
  [{ segment: '8311/9973:8306/9967' }, /execution-segment must have a common denominator up to 10000/],
  [{ sequence: '0,1' }, /sequence is of use with --execution-segment only/],
];
for (const [given, message] of REFUSED) {
  test(`refused: ${JSON.stringify(given)}`, () => {
    assert.throws(() => parseSegment(given), { code: 'INVALID_SEGMENT', exitCode: 104, message });
  });
}
