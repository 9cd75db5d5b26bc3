import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStartDelay } from './start.ts';

test('how long it is until the common start; none without one, and none for who is late', () => {
  const at = (text: string | undefined) => readStartDelay({ FAULTLINE_START_AT: text }, 1_764_000_000_000);
  assert.deepEqual([undefined, '', '1764000002500', '1763999999999'].map(at), [0, 0, 2_500, 0]);
  assert.throws(() => at('soon'), /FAULTLINE_START_AT must be a time in epoch milliseconds, got "soon"/);
});
