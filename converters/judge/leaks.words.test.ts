import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLeaksIn, LEAK_WORDS } from './leaks.ts';
import { eachProtobufText } from './leaks-raw.ts';
import { wordFinder } from './leaks-words.ts';

const found = (words: readonly string[], text: string) => wordFinder(words)(text)?.word;

test('a word is found in any case, between whatever is no letter', () => {
  for (const text of [
    ...[
      'fault',
      'Fault',
      'a FAULT.',
      'x-fault-id',
      'fault_mode',
      'set fault=1',
      '"fault":true',
      'fault2',
      '2fault',
    ],
    ...['/api/fault/7', 'web-api-fault-1', 'fault\tx', 'é fault'],
  ])
    assert.equal(found(['fault'], text), 'fault', text);
});

test('a part of a longer word is none', () => {
  for (const text of ['default', 'defaults', 'faultless', 'DEFAULT', 'Default value', 'éfaulté', 'asphalt'])
    assert.equal(found(['fault'], text), undefined, text);
  assert.equal(found(['inject'], 'injector, injectable, reinject'), undefined);
  assert.equal(found(['chaos'], 'chaotic'), undefined);
  assert.equal(found(LEAK_WORDS, 'the injector of the pump'), 'injector');
});

test('the parts of a name in camel case are words', () => {
  for (const text of ['injectFault', 'FaultMode', 'HTTPFault', 'v2Fault', 'isFaultOn'])
    assert.equal(found(['fault'], text), 'fault', text);
  assert.equal(found(['fault'], 'useDefaultValue'), undefined);
});

test('a separator in a word stands for any, and for none', () => {
  for (const text of [
    'heap-leak',
    'heap_leak',
    'Heap leak',
    'heapLeak',
    'heapleak',
    'heap.leak',
    'heap: leak',
  ])
    assert.equal(found(['heap-leak'], text), 'heap-leak', text);
  for (const text of ['heap of leaks', 'heap, or a leak', 'cheap leak', 'heap leaking'])
    assert.equal(found(['heap-leak'], text), undefined, text);
});

test('escapes of JSON and of URLs hide nothing', () => {
  for (const text of [
    JSON.stringify({ stack: 'Error\nfault at x' }),
    JSON.stringify(JSON.stringify({ a: 'tab\tfault' })),
    '{"a":"\\u0022fault\\u0022"}',
    '/search?q=%22fault%22',
    '/search?q=a%20fault',
  ])
    assert.equal(found(['fault'], text), 'fault', text);
  assert.equal(found(['heap-leak'], '/x?q=heap%20leak'), 'heap-leak');
  assert.equal(found(['fault'], '/x?q=%64efault'), undefined);
});

test('the number of a script belongs to its name', () => {
  for (const text of ['11-restart', 'k6 of 11_restart.ts'])
    assert.equal(found(['11-restart'], text), '11-restart', text);
  for (const text of ['restart', '06:11 restart of web-api', '111-restart', '11 restarts'])
    assert.equal(found(['11-restart'], text), undefined, text);
  assert.equal(found(['cache-storm', '04-cache-storm'], 'run 04-cache-storm'), '04-cache-storm');
});

test('what is found is shown with the text around it, shortened', () => {
  const hit = wordFinder(['fault'])(`${'a'.repeat(90)} fault ${'b'.repeat(200)}`);
  assert.match(hit?.text ?? '', /^a* fault b{20,75}$/);
});

test('without words nothing is found', () => {
  assert.equal(found([], 'fault'), undefined);
});

test('values by name: names of what runs, headers, routes, attributes; keys and values of any depth', () => {
  const places = {
    container: ['storefront-web-api-1', 'storefront-chaos-1'],
    process: new Set(['node web-api.cjs', 'sh inject.sh']),
    log: 'web-api-fault.log',
    headers: { 'x-fault': '1', accept: 'any' },
    route: '/api/users/:id',
    attributes: new Map([['deep', [{ list: [{ anomaly: null }] }]]]),
    bytes: new TextEncoder().encode('benign'),
    numbers: [1, true, null, undefined],
  };
  assert.deepEqual(
    findLeaksIn({ places, words: LEAK_WORDS }).map(({ place, word }) => `${place} ${word}`),
    ['container chaos', 'process inject', 'log fault', 'headers fault', 'attributes anomaly', 'bytes benign'],
  );
});

test('a text of a raw object that could be a message is read as a text too, and one made to nest is no trap', () => {
  const texts = (bytes: readonly number[]): string[] => {
    const all: string[] = [];
    eachProtobufText(Uint8Array.from(bytes), (text) => all.push(text));
    return all;
  };
  // "a" is the key of field 12 with eight bytes, and eight there are.
  const both = [...Buffer.from('a fault 7')];
  assert.deepEqual(texts([0x0a, both.length, ...both]), ['a fault 7']);
  // A message in a message, whose length is a letter.
  const long = [...Buffer.from(`fault ${'x'.repeat(100)}`)];
  assert.ok(
    texts([0x0a, long.length + 2, 0x0a, long.length, ...long]).includes(Buffer.from(long).toString()),
  );
  assert.ok(texts(Array.from({ length: 40_000 }, (_, i) => (i % 2 ? 0x7e : 0x0a))).length < 100);
  for (let end = 0; end < both.length; end++) texts([0x0a, both.length, ...both.slice(0, end)]);
});
