import assert from 'node:assert/strict';
import { test } from 'node:test';
import { latenessOf, readStartDelay } from './start.ts';

test('how long it is until the common start; none without one, and none for who is late', () => {
  const at = (text: string | undefined) => readStartDelay({ FAULTLINE_START_AT: text }, 1_764_000_000_000);
  assert.deepEqual([undefined, '', '1764000002500', '1763999999999'].map(at), [0, 0, 2_500, 0]);
  assert.throws(() => at('soon'), /FAULTLINE_START_AT must be a time in epoch milliseconds, got "soon"/);
});

test('who begins more than a second after the common start says so', () => {
  const env = { FAULTLINE_START_AT: '1764000000000' };
  assert.equal(latenessOf(env, 1_764_000_001_000), undefined);
  assert.match(
    latenessOf(env, 1_764_000_003_210) ?? '',
    /^the scenarios began 3\.2 s after FAULTLINE_START_AT/,
  );
  assert.equal(latenessOf({ FAULTLINE_START_AT: '' }, 1_764_000_003_210), undefined);
});
