import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logRequest, mapped, ourLine, spanRequest } from './otlp.test-world.ts';

const INTEGERS = [
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '1795508227991000001',
];

for (const digits of INTEGERS) {
  test(`${digits} is kept to the last digit`, () => {
    const attribute = (key: string) => ({ key, value: { intValue: digits } });
    const request = spanRequest({
      name: 'x',
      kind: 1,
      attributes: [attribute('odd'), attribute('enduser.id')],
    });
    const [span] = mapped('traces', request).flat;
    assert.deepEqual(JSON.parse(span?.attributes as string), { odd: digits });
    assert.equal(span?.user_id, digits);

    const line = ourLine().replace(
      '"msg"',
      `"odd":{"list":[${digits}, 1]},"said":"${digits}, ${digits}","msg"`,
    );
    const { attributes } = mapped('logs', logRequest(line)).flat[0] ?? {};
    assert.deepEqual(JSON.parse(attributes as string), {
      odd: { list: [digits, 1] },
      said: `${digits}, ${digits}`,
    });
  });
}

test('integers that a double holds, and fractions, stay numbers', () => {
  const exact = 2 ** 53 - 1;
  const request = spanRequest({
    name: 'x',
    kind: 1,
    attributes: [{ key: 'odd', value: { intValue: String(-exact) } }],
  });
  assert.deepEqual(JSON.parse(mapped('traces', request).flat[0]?.attributes as string), { odd: -exact });
  const line = ourLine().replace(
    '"msg"',
    `"a":${exact},"b":0.12345678901234567,"c":1e-1000000000000000,"msg"`,
  );
  const { attributes } = mapped('logs', logRequest(line)).flat[0] ?? {};
  assert.deepEqual(JSON.parse(attributes as string), { a: exact, b: Number('0.12345678901234567'), c: 0 });
});
