import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALIASES } from '../read/names.ts';
import { attributes, mapped, spanRequest } from './otlp.test-world.ts';
import { holds, restOf, rowOf } from './row.test-world.ts';

type Json = Record<string, unknown>;

test('the pool ids of the names of an attribute go up with their age, and no name is of two attributes', () => {
  for (const names of ALIASES)
    assert.deepEqual(
      [...names].sort((a, b) => a - b),
      names,
    );
  const all = ALIASES.flat();
  assert.equal(new Set(all).size, all.length);
});

const rowWith = (span: Json, of: Json) => rowOf(mapped('traces', spanRequest(span, of)));

/** Names of today, names of before, and a span of each. */
const SAME: readonly [name: string, span: Json, now: Json, before: Json][] = [
  [
    'a served request',
    { name: 'GET /x', kind: 2 },
    {
      ...{ 'http.request.method': 'GET', 'http.response.status_code': 404, 'url.path': '/x' },
      ...{ 'url.query': 'a=1', 'url.scheme': 'https', 'server.address': 'shop.example', 'server.port': 443 },
      ...{ 'client.address': '10.0.0.7', 'user_agent.original': 'curl', 'network.protocol.version': '1.1' },
      ...{ 'http.request.body.size': 5, 'http.response.body.size': 6, 'user.id': '7' },
    },
    {
      ...{ 'http.method': 'GET', 'http.status_code': 404, 'http.target': '/x?a=1', 'http.scheme': 'https' },
      ...{ 'net.host.name': 'shop.example', 'net.host.port': 443, 'net.peer.name': '10.0.0.7' },
      ...{ 'http.user_agent': 'curl', 'http.flavor': '1.1', 'http.request_content_length': 5 },
      ...{ 'http.response_content_length': 6, 'enduser.id': '7' },
    },
  ],
  [
    'a request of its own',
    { name: 'GET', kind: 3 },
    {
      ...{ 'http.request.method': 'GET', 'url.full': 'http://auth:81/x', 'server.address': 'auth' },
      ...{ 'server.port': 81, 'network.peer.address': '10.0.0.8', 'server.service.name': 'auth-service' },
    },
    {
      ...{ 'http.method': 'GET', 'http.url': 'http://auth:81/x', 'net.peer.name': 'auth' },
      ...{ 'net.peer.port': 81, 'net.sock.peer.addr': '10.0.0.8', 'peer.service': 'auth-service' },
    },
  ],
  [
    'a query',
    { name: 'find', kind: 3 },
    {
      ...{ 'db.system.name': 'mongodb', 'db.namespace': 'shop', 'db.operation.name': 'find' },
      ...{ 'db.collection.name': 'orders', 'db.query.text': '{}', 'server.address': 'db', 'server.port': 1 },
    },
    {
      ...{
        'db.system': 'mongodb',
        'db.name': 'shop',
        'db.operation': 'find',
        'db.mongodb.collection': 'orders',
      },
      ...{ 'db.statement': '{}', 'net.peer.name': 'db', 'net.peer.port': 1 },
    },
  ],
  [
    'a call',
    { name: 'shop.Cart/Add', kind: 3 },
    {
      ...{ 'rpc.system.name': 'dubbo', 'rpc.method': 'shop.Cart/Add', 'server.address': 'cart' },
      'network.peer.address': '10.0.0.8',
    },
    {
      ...{ 'rpc.system': 'apache_dubbo', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' },
      ...{ 'net.peer.name': 'cart', 'net.peer.ip': '10.0.0.8' },
    },
  ],
  [
    'a message',
    { name: 'send', kind: 4 },
    {
      ...{ 'messaging.system.name': 'kafka', 'messaging.destination.name': 'orders' },
      ...{ 'messaging.message.id': 'm-1', 'bullmq.job.attempt': 2 },
    },
    {
      ...{ 'messaging.system': 'kafka', 'messaging.destination': 'orders', 'messaging.message_id': 'm-1' },
      'messaging.servicebus.message.delivery_count': 2,
    },
  ],
];

for (const [name, span, now, before] of SAME)
  test(`${name} is the same event by older names; with both, the newer count and the older stay`, () => {
    const modern = rowWith(span, now);
    const old = rowWith(span, before);
    assert.deepEqual(old, modern);
    assert.equal(modern.row.attributes, undefined);
    const wrong = Object.fromEntries(
      Object.entries(before)
        .filter(([key]) => !(key in now))
        .map(([key, value]) => [key, typeof value === 'number' ? value + 100 : `not ${value}`]),
    );
    for (const both of [
      { ...now, ...wrong },
      { ...wrong, ...now },
    ]) {
      const { row } = rowWith(span, both);
      const { attributes: rest, ...values } = row;
      assert.deepEqual({ ...values }, { ...modern.row });
      assert.deepEqual(restOf({ attributes: rest }), wrong);
    }
  });

test('the peer of old is the called host to a client, and the caller to a server', () => {
  const names = { 'http.method': 'GET', 'net.peer.name': '10.0.0.9', 'net.host.name': 'me' };
  holds(rowWith({ name: 'x', kind: 3 }, { ...names, 'http.url': 'http://a/' }).row, {
    ...{ peer_host: '10.0.0.9', src_ip: undefined },
    attributes: '{"net.host.name":"me"}',
  });
  const { row, event } = rowWith({ name: 'x', kind: 2 }, { ...names, 'http.target': '/' });
  holds(row, { peer_host: undefined, src_ip: '10.0.0.9', attributes: undefined });
  assert.equal(((event.http_request as Json).url as Json).hostname, 'me');
});

test('a caller that is named and has no address stays among the rest', () => {
  const { row } = rowWith(
    { name: 'x', kind: 2 },
    { 'http.method': 'GET', 'http.target': '/', 'net.peer.name': 'k6' },
  );
  holds(row, { src_ip: undefined, attributes: '{"net.peer.name":"k6"}' });
});

test('a method that OCSF does not know stays as it was said', () => {
  const { row } = rowWith(
    { name: 'x', kind: 3 },
    { 'http.request.method': 'PURGE', 'url.full': 'http://a/' },
  );
  holds(row, { activity_name: 'Other', http_method: undefined });
  assert.deepEqual(restOf(row), { 'http.request.method': 'PURGE' });
});

test('the host header stands for the host where nothing else says it', () => {
  const { event } = rowWith(
    { name: 'x', kind: 2 },
    { 'http.method': 'GET', 'http.target': '/', 'http.host': 'a.b:81' },
  );
  assert.equal(((event.http_request as Json).url as Json).hostname, 'a.b');
});

test('an attribute that is said twice is told once', () => {
  const twice = [...attributes({ 'db.system': 'redis' }), ...attributes({ 'db.system': 'mysql' })];
  const { row } = rowWith({ name: 'get', kind: 3, attributes: twice }, {});
  holds(row, { db_system: 'redis', attributes: '{"db.system":"mysql"}' });
});
