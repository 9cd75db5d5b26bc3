import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problems } from '../ocsf/validate.ts';
import { hostileAttributes, hostileLines, LINES, SPANS } from './hostile-values.test-world.ts';
import { logRequest, mapped, spanRequest, TIME } from './otlp.test-world.ts';

type Json = Record<string, unknown>;

/** Each row is a valid event, and whatever is no row is a reject or outside. */
function assertTaken(name: string, signal: 'logs' | 'traces', request: Json): void {
  const { events, rejected, outside } = mapped(signal, request);
  assert.equal(events.length + rejected.length + outside, 1, name);
  for (const event of events)
    assert.deepEqual(problems(event), [], `${name}: ${JSON.stringify(event).slice(0, 600)}`);
}

for (const kind of Object.keys(LINES)) {
  test(`a line (${kind}) with any value in any field is a valid event`, () => {
    for (const [name, variant] of hostileLines(kind))
      assertTaken(`${kind}: ${name}`, 'logs', logRequest(JSON.stringify(variant)));
  });
}

for (const [kind, [span, attributes]] of Object.entries(SPANS)) {
  test(`a span (${kind}) with any value in any attribute is a valid event`, () => {
    for (const [name, variant] of hostileAttributes(kind))
      assertTaken(`${kind}: ${name}`, 'traces', spanRequest(span, variant));
    for (const name of ['', '\u0000', '__proto__', 'x'.repeat(5000)])
      assertTaken(`${kind}: name`, 'traces', spanRequest({ ...span, name }, attributes));
    for (const number of [0, 6, 99, -1])
      assertTaken(`${kind}: kind`, 'traces', spanRequest({ ...span, kind: number }, attributes));
    for (const status of [{ code: 3 }, { code: 2 }, { code: 2, message: '' }])
      assertTaken(`${kind}: status`, 'traces', spanRequest({ ...span, status }, attributes));
  });
}

test('text of a foreign line is a valid event, whatever it is', () => {
  const texts = ['', ' ', '{', '{}', '[]', 'null', '"', '\u0000', '\ud800', '\n', 'x'.repeat(100_000)];
  for (const body of [...texts, `{"time":${TIME}}`, `{"msg":"","time":${TIME}}`, '{"msg":5}'])
    assertTaken(JSON.stringify(body).slice(0, 40), 'logs', logRequest(body));
});
