import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PbfWriter } from 'pbf';
import { encodePart } from '../parts/part.ts';
import { sortedOrder, viewOf } from '../parts/rows-view.ts';
import { otlpJsonToProtobuf } from '../read/otlp-json.ts';
import type { Signal } from '../read/raw-object.ts';
import { logRequest, TIME } from './otlp.test-world.ts';
import { ObjectMapper } from './raw-object.ts';
import { requestOf, type Span, window } from './spans.test-world.ts';

interface Made {
  readonly signal: Signal;
  readonly bytes: Uint8Array;
}

const spans = (...of: readonly Partial<Span>[]): Made => ({
  signal: 'traces',
  bytes: requestOf(
    of.map((span, n) => ({
      ...{ n, span: { name: 'a', kind: 3, status: 0, attributes: [], names: 'last' as const, ...span } },
    })),
  ),
});
const line = (fields: object): Made => ({
  signal: 'logs',
  bytes: otlpJsonToProtobuf({
    ...{
      signal: 'logs',
      json: JSON.stringify(logRequest(JSON.stringify({ time: TIME, line: 1, ...fields }))),
    },
  }),
});

async function partOf(mapper: ObjectMapper, { signal, bytes }: Made) {
  const { rows, rejected, outside } = mapper.map({ signal, bytes, window });
  const view = viewOf(rows);
  const part = rows.length > 0 ? await encodePart({ view, order: sortedOrder(view) }) : undefined;
  return { part, rejected, outside, all: Array.from({ length: rows.length }, (_, row) => rows.row(row)) };
}

/** Each object becomes what it becomes alone, whichever came before it to the same mapper. */
async function assertAlone(objects: readonly Made[]): Promise<void> {
  const mapper = new ObjectMapper();
  for (const [n, object] of objects.entries()) {
    mapper.rows.renew();
    assert.deepEqual(await partOf(mapper, object), await partOf(new ObjectMapper(), object), `object ${n}`);
  }
}

const text = (value: string) => (_: unknown, pbf: PbfWriter) => pbf.writeStringField(1, value);
const pair = (name: string, write: (pbf: PbfWriter) => void) => (_: unknown, pbf: PbfWriter) => {
  pbf.writeStringField(1, name);
  pbf.writeMessage(2, (_one, value) => write(value), undefined);
};

test('what an exception says that breaks off is not said of another span', async () => {
  const exception = (attributes: readonly string[], broken: boolean) => (pbf: PbfWriter) =>
    pbf.writeMessage(
      11,
      (_, event) => {
        event.writeStringField(2, 'exception');
        for (const name of attributes)
          event.writeMessage(
            3,
            pair(name, (value) => text(`of ${broken}`)(undefined, value)),
            undefined,
          );
        if (broken) event.writeTag(9, 2);
        if (broken) event.writeVarint(1000);
      },
      undefined,
    );
  const broken = spans({ more: exception(['exception.message', 'exception.stacktrace', 'x'], true) });
  const sound = spans({ more: exception(['exception.type'], false) });
  await assertAlone([broken, sound]);
  await assertAlone([sound, broken, sound]);
});

test('a string is what it is, whoever said it first', async () => {
  const get = (method: string) => spans({ kind: 2, attributes: [['http.request.method', method]] });
  for (const strange of ['\ufeffGET', '\ud800', '\ud800x', '\udc00x', '\ufffd'])
    await assertAlone([
      line({ service: strange, instance: 'i', msg: 'm' }),
      get(strange),
      get('\ufffd'),
      get('\ufffdx'),
      spans({
        attributes: [
          ['\ufffd', 1],
          ['\ufffdx', 2],
        ],
      }),
      line({ service: '\udc00x', instance: 'i', msg: 'm' }),
    ]);
});

test('resources that differ in no more than how they are written are two', async () => {
  const named = (write: (pbf: PbfWriter) => void) =>
    spans({ resource: (pbf) => pbf.writeMessage(1, pair('service.name', write), undefined) });
  const asText = named((value) => value.writeStringField(1, 'AAAA'));
  const asBytes = named((value) => value.writeBytesField(7, Buffer.alloc(3)));
  const asBoth = named((value) => {
    value.writeStringField(1, 'first');
    value.writeStringField(1, 'AAAA');
  });
  await assertAlone([asText, asBytes, asBoth, asText]);
});

test('a resource attribute that is known and no text keeps no block away', async () => {
  const mapper = new ObjectMapper();
  const number = (pbf: PbfWriter) =>
    pbf.writeMessage(
      1,
      pair('service.version', (value) => value.writeDoubleField(4, 2)),
      undefined,
    );
  const { all, rejected } = await partOf(mapper, spans({ resource: number }));
  assert.deepEqual(rejected, []);
  assert.equal(all[0]?.service_version, '2');
});

test('a name whose length takes more bytes than it needs is the same name', async () => {
  const name = 'messaging.operation.type';
  const step = (said: string) =>
    spans({
      attributes: [['messaging.system.name', 'kafka']],
      more: (pbf) =>
        pbf.writeBytesField(
          9,
          Buffer.concat([
            Uint8Array.of(0x0a, name.length | 0x80, 0),
            Buffer.from(name),
            Uint8Array.of(0x12, said.length + 2, 0x0a, said.length),
            Buffer.from(said),
          ]),
        ),
    });
  const others = Array.from({ length: 20 }, (_, i) => step(`other ${i}`));
  await assertAlone([...others, step('ack'), step('receive')]);
});

test('a value ends where its attribute does', async () => {
  const attempt = (last: number) =>
    spans({
      kind: 5,
      more: (pbf) => {
        pbf.writeMessage(
          9,
          (_, attribute) => {
            attribute.writeStringField(1, 'bullmq.job.attempt');
            attribute.writeBytesField(2, Uint8Array.of(0x18));
          },
          undefined,
        );
        pbf.writeVarintField(10, last);
      },
    });
  await assertAlone([attempt(1), attempt(2)]);
  const { rejected } = await partOf(new ObjectMapper(), attempt(1));
  assert.equal(rejected[0]?.reason, 'malformed_record');
});

test('many attributes of one name take no memory that grows with their square', async () => {
  const many = spans({ attributes: Array.from({ length: 5_000 }, () => ['user.id', 'u'] as const) });
  const fields = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`f${i}`, {}]));
  const mapper = new ObjectMapper();
  const before = process.memoryUsage().heapUsed;
  await partOf(mapper, many);
  await partOf(mapper, line({ service: 's', instance: 'i', ...fields }));
  globalThis.gc?.();
  assert.ok(process.memoryUsage().heapUsed - before < 100 << 20);
});
