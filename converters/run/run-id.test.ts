import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeRunId, parseRunId } from './run-id.ts';

test('run ids that are good', () => {
  for (const id of ['a', '0', 'run-1', '20261124-081503-7f3a', 'a'.repeat(40), 'a--'])
    assert.equal(parseRunId(id), id);
});

test('the text of the error says the rule and the value', () => {
  assert.throws(() => parseRunId('../x'), {
    code: 'RUN_ID_INVALID',
    message: 'run id must match /^[a-z0-9][a-z0-9-]{0,39}$/, got "../x"',
  });
});

test('run ids that could reach beyond their place are refused', () => {
  const bad = [
    '',
    '-a',
    'A',
    'a/b',
    '../x',
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2fx',
    'a\0',
    'a\n',
    ' a',
    'a ',
    'ａ',
    'a_b',
    'a.b',
  ];
  bad.push('a'.repeat(41), 'a'.repeat(300), 'é', 'a\\b', 'c:a', 'a\u2028', '\u{1F600}');
  for (const id of bad) assert.throws(() => parseRunId(id), { code: 'RUN_ID_INVALID' }, JSON.stringify(id));
  for (const odd of [undefined, null, 1, {}, ['a']]) {
    assert.throws(() => parseRunId(odd as unknown as string), { code: 'RUN_ID_INVALID' });
  }
});

test('of 20,000 seeded strings exactly those of allowed characters pass', () => {
  const alphabet = 'abz019-./%2e\\\0 A_é\n~:';
  let state = 12345;
  const next = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  let passed = 0;
  for (let i = 0; i < 20_000; i++) {
    const id = Array.from({ length: next(46) }, () =>
      next(3) === 0 ? alphabet[next(alphabet.length)] : alphabet[next(7)],
    ).join('');
    const good =
      id.length >= 1 &&
      id.length <= 40 &&
      [...id].every((c) => (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c === '-') &&
      id[0] !== '-';
    if (good) {
      assert.equal(parseRunId(id), id);
      passed++;
    } else {
      assert.throws(() => parseRunId(id), { code: 'RUN_ID_INVALID' });
    }
  }
  assert.ok(passed > 100);
});

test('the default run id is readable, and the same for the same start and seed', () => {
  const start = new Date('2026-11-24T08:15:03.456Z');
  const id = makeRunId({ start, seed: 7 });
  assert.match(id, /^20261124-081503-[0-9a-f]{4}$/);
  assert.equal(makeRunId({ start, seed: 7 }), id);
  assert.notEqual(makeRunId({ start, seed: 8 }), id);
});
