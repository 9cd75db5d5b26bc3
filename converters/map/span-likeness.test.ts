import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PbfWriter } from 'pbf';
import { seeded } from '../bench/telemetry.ts';
import { encodePart } from '../parts/part.ts';
import { sortedOrder, viewOf } from '../parts/rows-view.ts';
import { ALIASES, type AttributeName } from '../read/names.ts';
import { StringPool } from '../read/strings.ts';
import type { Like } from './like.ts';
import { Likenesses } from './likenesses.ts';
import type { Bind } from './mapper.ts';
import { ObjectMapper } from './raw-object.ts';
import { Rows } from './rows.ts';
import { SpanLikenesses } from './span-likeness.ts';

const window = { start_ms: 0, end_ms: Number.POSITIVE_INFINITY };
const pool = new StringPool();
const NAMES = [...ALIASES.flat().map((id) => pool.text(id)), 'app.flag', 'thread.id', 'x'];

type Value = string | number | boolean | readonly string[] | undefined;
type Attribute = readonly [name: string, value: Value];
interface Span {
  readonly name: string;
  readonly kind: number;
  readonly status: number;
  readonly attributes: readonly Attribute[];
  /** Where the name of an attribute is: before its value, behind it as the collector writes, or another one behind it, which counts. */
  readonly names: 'first' | 'last' | 'twice';
}

function writeValue(value: Value, pbf: PbfWriter): void {
  if (typeof value === 'string') pbf.writeStringField(1, value);
  else if (typeof value === 'boolean') pbf.writeBooleanField(2, value);
  else if (typeof value === 'number' && Number.isInteger(value)) pbf.writeVarintField(3, value);
  else if (typeof value === 'number') pbf.writeDoubleField(4, value);
  else if (value) pbf.writeMessage(5, writeValues, value);
}

function writeValues(values: readonly string[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(1, writeValue, value);
}

function writeSpan({ span, n }: { span: Span; n: number }, pbf: PbfWriter): void {
  const id = Buffer.from(String(n).padStart(32, '1'), 'hex');
  pbf.writeBytesField(1, id);
  pbf.writeBytesField(2, id.subarray(8));
  pbf.writeStringField(5, span.name);
  pbf.writeVarintField(6, span.kind);
  for (const field of [7, 8]) {
    pbf.writeTag(field, 1);
    pbf.writeFixed32(0);
    pbf.writeFixed32(418_000_000 + field + n);
  }
  for (const [name, value] of span.attributes)
    pbf.writeMessage(
      9,
      (_, pair) => {
        if (span.names !== 'last') pair.writeStringField(1, name);
        pair.writeMessage(2, writeValue, value);
        if (span.names === 'last') pair.writeStringField(1, name);
        if (span.names === 'twice')
          pair.writeStringField(1, name === 'thread.id' ? 'http.route' : `${name}.${n % 2}`);
      },
      undefined,
    );
  pbf.writeMessage(15, (status, of) => of.writeVarintField(3, status), span.status);
}

function requestOf(spans: readonly { span: Span; n: number }[]): Uint8Array {
  const request = new PbfWriter();
  request.writeMessage(
    1,
    (of, resource) => {
      resource.writeMessage(
        2,
        (all, scope) => {
          for (const one of all) scope.writeMessage(2, writeSpan, one);
        },
        of,
      );
    },
    spans,
  );
  return request.finish();
}

/** Counts what it finds. */
class Counted extends SpanLikenesses {
  found = 0;
  override find(...of: Parameters<SpanLikenesses['find']>): Like<Bind> | undefined {
    const like = super.find(...of);
    if (like) this.found += 1;
    return like;
  }
}

/** Finds nothing and learns nothing. */
class None extends SpanLikenesses {
  override find(): undefined {
    return undefined;
  }
  override get isNew(): boolean {
    return false;
  }
}

function mapped(spans: readonly { span: Span; n: number }[], rows = new Rows(), of = new Counted(rows)) {
  const likenesses = Object.assign(new Likenesses(rows), { spans: of });
  return {
    ...new ObjectMapper({ rows, likenesses }).map({ bytes: requestOf(spans), signal: 'traces', window }),
    found: of.found,
  };
}

/** What a reader sees of each span that is mapped with those before it, and alone. */
function assertSame(spans: readonly Span[]): number {
  const all = spans.map((span, n) => ({ span, n }));
  const { rows, rejected, found } = mapped(all);
  const alone = all.map((one) => {
    const rows = new Rows();
    const likenesses = Object.assign(new Likenesses(rows), { spans: new None(rows) });
    return new ObjectMapper({ rows, likenesses }).map({ bytes: requestOf([one]), signal: 'traces', window });
  });
  assert.equal(
    rejected.length,
    alone.reduce((sum, one) => sum + one.rejected.length, 0),
  );
  const expected = alone.flatMap((one) => (one.rows.length > 0 ? [one.rows.row(0)] : []));
  assert.deepEqual(
    Array.from({ length: rows.length }, (_, row) => rows.row(row)),
    expected,
  );
  return found;
}

const pick = <T>(random: () => number, of: readonly T[]): T => of[Math.floor(random() * of.length)] as T;
const anyValue = (random: () => number): Value =>
  pick<Value>(random, [
    ...['', 'a', 'GET', '/a/b?c=d', 'http://h:1/p?q', '10.0.0.1', '7', 'set', 'x'.repeat(300), 'ä€'],
    'x'.repeat(20_000),
    ...[0, 7, 443, 70_000, -1, 2.5, Number.NaN, 2 ** 60, true, false, ['one'], ['one', 'two'], undefined],
  ]);

test('a span that is like one before becomes what it becomes alone: all attributes, of all types, in both orders', () => {
  const random = seeded(11);
  let found = 0;
  for (let round = 0; round < 400; round++) {
    const names = Array.from({ length: 1 + Math.floor(random() * 8) }, () => pick(random, NAMES));
    const of = {
      name: pick(random, ['', 'GET /a', 'auth.login', 'set', 'job']),
      kind: Math.floor(random() * 7),
      status: Math.floor(random() * 3),
      names: pick(random, ['first', 'last', 'twice'] as const),
    };
    let attributes: Attribute[] = names.map((name) => [name, anyValue(random)]);
    const spans = Array.from({ length: 6 }, () => {
      const nth = Math.floor(random() * names.length);
      attributes = attributes.map((one, i) => (i === nth ? [one[0], anyValue(random)] : one));
      return { ...of, attributes };
    });
    found += assertSame(spans);
  }
  assert.ok(found > 100, `only ${found} were like one before`);
});

const REQUEST: readonly Attribute[] = [
  ['http.request.method', 'GET'],
  ['url.path', '/users/1'],
  ['http.route', '/users/:id'],
  ['client.address', '10.0.0.9'],
  ['network.peer.port', 40_000],
  ['http.request.header.x_request_id', ['r-1']],
  ['user.id', 'u-1'],
  ['thread.id', 4],
];
const request = (changes: Partial<Record<string, Value>> = {}, kind = 2): Span => ({
  ...{ name: 'GET /users/:id', kind, status: 0, names: 'last' },
  attributes: REQUEST.map(([name, value]) => [name, name in changes ? changes[name] : value]),
});
const OWN: readonly AttributeName[] = [
  'url.path',
  'network.peer.port',
  'http.request.header.x_request_id',
  'user.id',
];

test('only attributes of its own may differ, and only their values', () => {
  for (const name of OWN) assert.equal(assertSame([request(), request({ [name]: '77' })]), 1, name);
  for (const [name] of REQUEST) {
    if (OWN.some((own) => own === name)) continue;
    assert.equal(assertSame([request(), request({ [name]: '77' })]), 0, name);
  }
  assert.equal(assertSame([request(), { ...request(), status: 2 }]), 0);
  assert.equal(assertSame([request(), { ...request(), name: 'other' }]), 0);
  assert.equal(assertSame([request(), { ...request(), attributes: REQUEST.toReversed() }]), 0);
});

test('the port of a caller is its own at the side that was called alone', () => {
  assert.equal(assertSame([request(), request({ 'network.peer.port': 40_001 })]), 1);
  assert.equal(assertSame([request({}, 3), request({ 'network.peer.port': 40_001 }, 3)]), 0);
});

const span = (...attributes: Attribute[]): Span => ({
  ...{ name: 'set', kind: 3, status: 0, names: 'first' },
  attributes: [['db.system.name', 'redis'], ...attributes],
});

test('own attributes that nobody asks for are among `attributes`, each with its value', () => {
  const asked = (path: string) => span(['b', 1], ['url.path', path], ['x', 'y']);
  assert.equal(assertSame([asked('/a'), asked('/b'), asked('/a')]), 2);
});

test('where something else follows from an own attribute, each span is mapped for itself', () => {
  // Of two names of one thing the older stays among `attributes`.
  const twice = (url: string): Span => ({
    ...request(),
    attributes: [...REQUEST, ['url.full', 'http://a/b'], ['http.url', url]],
  });
  assert.equal(assertSame([twice('http://a/b'), twice('http://a/c'), twice('http://a/b')]), 0);
});

test('what was learned holds for the next raw object, and its part has the bytes that it has alone', async () => {
  const rows = new Rows();
  const likenesses = new Counted(rows);
  const query: Span = { ...request({}, 3), attributes: [['db.system.name', 'postgresql']] };
  const first = [request(), request({ 'thread.id': 5 }), query].map((span, n) => ({ span, n }));
  const second = [request({ 'user.id': 'u-2' }), request({ 'url.path': '/users/2' })].map((span, n) => ({
    span,
    n,
  }));
  const partOf = (of: Rows) => encodePart({ view: viewOf(of), order: sortedOrder(viewOf(of)) });
  const alone = await partOf(mapped(second).rows);
  mapped(first, rows, likenesses);
  rows.renew();
  const found = likenesses.found;
  mapped(second, rows, likenesses);
  assert.equal(likenesses.found - found, 2);
  assert.deepEqual(await partOf(rows), alone);
  // Everything has other numbers now.
  rows.clear();
  mapped(second, rows, likenesses);
  assert.equal(likenesses.found - found, 3);
  assert.deepEqual(await partOf(rows), alone);
});

test('an attribute that nobody knows and that has many values is one of its own', () => {
  const spans = Array.from({ length: 200 }, (_, i) => request({ 'thread.id': i }));
  assert.equal(assertSame(spans), 191);
});

test('an attribute whose second name counts is not the one of its first', () => {
  const span = (names: Span['names'], id: number): Span => ({
    ...{ name: 'GET', kind: 1, status: 0, names },
    attributes: [['thread.id', id]],
  });
  const others = Array.from({ length: 20 }, (_, i) => span('first', i));
  assert.equal(assertSame([...others, span('twice', 1), span('twice', 2)]), 11);
});

test('of known attributes not all values are kept', () => {
  const spans = Array.from({ length: 300 }, (_, i) => span(['db.query.text', `SELECT ${i % 100}`]));
  assert.equal(assertSame(spans), 2 * 64);
});
