import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seeded } from '../bench/telemetry.ts';
import { otlpJsonToProtobuf } from '../read/otlp-json.ts';
import type { Like } from './like.ts';
import { Likenesses } from './likenesses.ts';
import { type LineBind, LineLikenesses } from './line-likeness.ts';
import { logRequest, TIME } from './otlp.test-world.ts';
import { ObjectMapper } from './raw-object.ts';
import { Rows } from './rows.ts';

type Line = Readonly<Record<string, unknown>>;
const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };

/** Counts what it finds. */
class Counted extends LineLikenesses {
  found = 0;
  override find(...of: Parameters<LineLikenesses['find']>): Like<LineBind> | undefined {
    const like = super.find(...of);
    if (like) this.found += 1;
    return like;
  }
}

/** Finds nothing and learns nothing. */
class None extends LineLikenesses {
  override find(): undefined {
    return undefined;
  }
  override get isNew(): boolean {
    return false;
  }
}

function mapped(lines: readonly Line[], rows: Rows, of: LineLikenesses) {
  const likenesses = Object.assign(new Likenesses(rows), { lines: of });
  const mapper = new ObjectMapper({ rows, likenesses });
  let rejected = 0;
  for (const line of lines) {
    const bytes = otlpJsonToProtobuf({
      json: JSON.stringify(logRequest(JSON.stringify(line))),
      signal: 'logs',
    });
    const { length } = rows;
    rejected += mapper.map({ bytes, signal: 'logs', window }).rejected.length;
    assert.ok(rows.length - length <= 1);
  }
  return { rows: Array.from({ length: rows.length }, (_, row) => rows.row(row)), rejected };
}

/** How many of the lines were like one before; what they become is what they become alone. */
function assertSame(lines: readonly Line[]): number {
  const [rows, others] = [new Rows(), new Rows()];
  const likenesses = new Counted(rows);
  assert.deepEqual(mapped(lines, rows, likenesses), mapped(lines, others, new None(others)));
  return likenesses.found;
}

const ACCESS: Line = {
  ...{ level: 'info', time: TIME, service: 'web-api', version: '1.8.0', instance: 'web-api-1a2b3c4d' },
  ...{
    request_id: 'r-1',
    line: 1,
    trace_id: '635e834e876e37fd5d81ab73c2d95030',
    span_id: 'defde0931aaccaab',
  },
  ...{ event: 'http.access', method: 'GET', route: '/users/:id', path: '/users/1', status: 200 },
  ...{
    duration_ms: 1.5,
    user_id: 'u-1',
    peer: '10.0.0.1',
    msg: 'GET /users/:id 200',
    extra: 1,
    cache: { a: 1 },
  },
};
const OWN = ['request_id', 'line', 'trace_id', 'span_id', 'path', 'duration_ms', 'user_id', 'msg', 'cache'];

test('only fields of its own may differ, and only their values', () => {
  assert.equal(assertSame([ACCESS, { ...ACCESS, time: TIME + 1 }]), 1);
  for (const name of OWN)
    for (const value of ['77', 77, 'ä', '', null, { b: [2] }])
      if (typeof value !== 'object' || name !== 'line')
        assertSame([ACCESS, { ...ACCESS, [name]: value }, ACCESS]);
  for (const name of OWN.filter((one) => one !== 'line'))
    assert.equal(assertSame([ACCESS, { ...ACCESS, [name]: 'other' }]), 1, name);
  for (const name of Object.keys(ACCESS))
    if (name !== 'time' && !OWN.includes(name))
      assert.equal(assertSame([ACCESS, { ...ACCESS, [name]: '5' }]), 0, name);
  const { msg: _, ...without } = ACCESS;
  assert.equal(assertSame([ACCESS, without, { ...without, path: '/other' }]), 1);
});

test('an id that is none is kept as it is said', () => {
  for (const strange of ['77', '0'.repeat(32), 'A'.repeat(32), 5]) {
    const lines = [ACCESS, { ...ACCESS, trace_id: strange, span_id: strange }];
    assert.equal(assertSame(lines), 1);
    const rows = new Rows();
    const [, row] = mapped(lines, rows, new Counted(rows)).rows;
    assert.equal(row?.trace_id, undefined);
    const { trace_id, span_id } = JSON.parse(String(row?.attributes));
    assert.deepEqual([trace_id, span_id], [strange, strange]);
  }
});

test('what follows from an object is not learned', () => {
  const error = (message: string): Line => ({
    ...ACCESS,
    event: 'x',
    level: 'error',
    err: { message, type: 'E' },
  });
  assert.equal(assertSame([error('a'), error('b'), error('a')]), 0);
});

test('a field that is only handed on and has many values is one of its own', () => {
  const lines = Array.from({ length: 100 }, (_, i) => ({ ...ACCESS, extra: i }));
  assert.equal(assertSame(lines), 91);
  const asked = Array.from({ length: 100 }, (_, i) => ({ ...ACCESS, status: 200 + (i % 50) }));
  assert.equal(assertSame(asked), 50);
});

test('lines with any value in any field become what they become alone', () => {
  const random = seeded(13);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
  const values = [
    ...[
      '',
      'a',
      'info',
      'error',
      'http.access',
      'change',
      'process',
      'GET',
      '10.0.0.1',
      'x'.repeat(300),
      'ä€',
    ],
    ...[0, 7, 200, 503, -1, 2.5, 2 ** 60, true, null, [], ['one'], {}, { kind: 'restart', action: 'exit' }],
    ...[{ type: 'T', message: 'm', code: 5 }, TIME],
  ];
  const names = [...Object.keys(ACCESS), 'err', 'change', 'process', 'job_id', '9', '10', '__proto__', 'x'];
  let found = 0;
  for (let round = 0; round < 300; round++) {
    let line: Line = { ...ACCESS };
    for (let i = 0; i < 4; i++) line = { ...line, [pick(names)]: pick(values) };
    const name = pick(names);
    found += assertSame(Array.from({ length: 5 }, (_, i) => ({ ...line, line: i, [name]: pick(values) })));
  }
  assert.ok(found > 100, `only ${found} were like one before`);
});
