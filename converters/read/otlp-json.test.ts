import assert from 'node:assert/strict';
import { test } from 'node:test';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import { mapObject } from '../map/map-object.test-world.ts';
import { logRequest, mapped, NANOS, SPAN, spanRequest, TRACE } from '../map/otlp.test-world.ts';
import { onePiece } from './raw-object.ts';

const nameOf = (name: string) => mapped('traces', spanRequest({ name, kind: 1 })).flat[0]?.span_name;

for (const length of [0, 1, 127, 128, 16_383, 16_384])
  test(`a name of ${length} characters is read as it was written, in ASCII and beyond`, () => {
    const ascii = 'x'.repeat(length);
    assert.equal(nameOf(ascii), ascii);
    for (const letter of ['é', '€', '😀']) assert.equal(nameOf(ascii + letter), ascii + letter);
  });

test('half of a surrogate pair becomes the replacement character', () => {
  assert.equal(nameOf('a\ud800b'), 'a\ufffdb');
  assert.equal(nameOf('\udc00'), '\ufffd');
});

test('members that every JavaScript object has are unknown ones like any other', () => {
  const odd = JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":"x","valueOf":[1],"name":"GET"}');
  const { flat, rejected } = mapped('traces', spanRequest({ kind: 1, ...odd }, { hasOwnProperty: 'kept' }));
  assert.deepEqual(rejected, []);
  assert.equal(flat[0]?.span_name, 'GET');
  assert.deepEqual(JSON.parse(flat[0]?.attributes as string), { hasOwnProperty: 'kept' });
});

test('ids are hex of either case; one with another character in it is no id', () => {
  const ids = { traceId: TRACE.toUpperCase(), spanId: SPAN.toUpperCase() };
  const [row] = mapped('traces', spanRequest({ name: 'x', ...ids })).flat;
  assert.deepEqual([row?.trace_id, row?.span_id], [TRACE, SPAN]);
  for (const spanId of [`${SPAN.slice(0, -1)}g`, SPAN.slice(1), `${SPAN}00`])
    assert.deepEqual(
      mapped('traces', spanRequest({ name: 'x', spanId })).rejected.map(({ reason }) => reason),
      ['invalid_id'],
    );
});

test('a time is taken as text and as a number', () => {
  const times = ['timeUnixNano', 'observedTimeUnixNano'].flatMap((name) =>
    [NANOS, Number(NANOS)].map((time) => mapped('logs', logRequest('x', { [name]: time })).flat[0]?.time),
  );
  assert.equal(new Set(times).size, 1, String(times));
});

test('null where a message should be refuses the request', () => {
  for (const attributes of [[null], [{ key: 'a', value: { arrayValue: { values: [null] } } }]])
    assert.throws(() => mapped('traces', spanRequest({ name: 'x', attributes })), TypeError);
});

test('the same spans as JSON and as protobuf make the same rows', () => {
  const { window } = benchRecord(100);
  const rowsOf = (spanFormat: 'json' | 'binpb') =>
    [...rawObjects({ requests: 100, start: window.start_ms, spanFormat, signals: ['traces'] })].map(
      ({ key, bytes: packed }) => {
        const { signal, bytes } = onePiece({ key, packed });
        const { rows } = mapObject({
          bytes,
          signal,
          window: { ...window, end_ms: Number.POSITIVE_INFINITY },
        });
        return Array.from({ length: rows.length }, (_, row) => rows.row(row));
      },
    );
  const [json, protobuf] = [rowsOf('json'), rowsOf('binpb')];
  assert.equal(json.flat().length, 800);
  const sorted = (rows: typeof json) =>
    rows.flat().sort((a, b) => (String(a.span_id) < String(b.span_id) ? -1 : 1));
  assert.deepEqual(sorted(json), sorted(protobuf));
});
