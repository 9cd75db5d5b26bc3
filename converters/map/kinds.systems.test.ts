import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapped, spanRequest } from './otlp.test-world.ts';
import { rowOf, type SpanCase, testSpans } from './row.test-world.ts';

type Json = Record<string, unknown>;

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;
const broker = { 'server.address': 'broker', 'server.port': 9092 };
const kafka = { 'messaging.system': 'kafka', 'messaging.destination.name': 'orders', ...broker };
const called = { peer_host: 'broker', peer_port: 9092, messaging_system: 'kafka', queue: 'orders' };

const MESSAGES: readonly SpanCase[] = [
  [
    'a message that is sent',
    { name: 'send orders', kind: PRODUCER },
    { ...kafka, 'messaging.operation.type': 'send', 'messaging.destination.partition.id': '3' },
    { event_kind: 'queue.publish', type_uid: 600399, activity_name: 'Publish Job', ...called },
    { 'messaging.operation.type': 'send', 'messaging.destination.partition.id': '3' },
  ],
  [
    'messages that are fetched',
    { name: 'poll orders', kind: CLIENT },
    { ...kafka, 'messaging.operation.type': 'receive', 'messaging.batch.message_count': 7 },
    { event_kind: 'queue.receive', type_uid: 600399, activity_name: 'Receive Message', ...called },
    { 'messaging.operation.type': 'receive', 'messaging.batch.message_count': 7 },
  ],
  [
    'a message of RabbitMQ that is worked on',
    { name: 'process orders', kind: CONSUMER },
    {
      ...{ 'messaging.system': 'rabbitmq', 'messaging.destination.name': 'orders' },
      ...{ 'messaging.operation.name': 'consume', 'messaging.message.id': 'm-1' },
      ...{ 'messaging.rabbitmq.destination.routing_key': 'eu' },
    },
    {
      ...{ event_kind: 'queue.job', type_uid: 600399, activity_name: 'Process Job', job_id: 'm-1' },
      ...{ messaging_system: 'rabbitmq', queue: 'orders', peer_host: undefined },
    },
    { 'messaging.operation.name': 'consume', 'messaging.rabbitmq.destination.routing_key': 'eu' },
  ],
  [
    'a message that is acknowledged',
    { name: 'ack orders', kind: CLIENT },
    { ...kafka, 'messaging.operation.name': 'ack' },
    { event_kind: 'queue.settle', type_uid: 600399, activity_name: 'Settle Message', ...called },
    { 'messaging.operation.name': 'ack' },
  ],
  [
    'a message to SQS through the SDK, which calls that RPC, too',
    { name: 'SQS.SendMessage', kind: PRODUCER },
    {
      ...{ 'messaging.system': 'aws_sqs', 'rpc.system': 'aws-api', 'rpc.method': 'SendMessage' },
      'aws.sqs.queue.url': 'https://sqs.eu-west-1.amazonaws.com/1/orders',
    },
    {
      ...{ event_kind: 'queue.publish', messaging_system: 'aws_sqs', rpc_system: undefined },
      queue: 'https://sqs.eu-west-1.amazonaws.com/1/orders',
    },
    { 'rpc.system': 'aws-api', 'rpc.method': 'SendMessage' },
  ],
  [
    'a message that is pushed by HTTP: a request that is served',
    { name: 'POST /push', kind: SERVER },
    { ...kafka, 'http.request.method': 'POST', 'url.path': '/push', 'messaging.operation.type': 'process' },
    { event_kind: 'http.server', type_uid: 400206, messaging_system: undefined },
    {
      ...{ 'messaging.system': 'kafka', 'messaging.destination.name': 'orders' },
      'messaging.operation.type': 'process',
    },
  ],
];

const grpc = { 'rpc.system': 'grpc', 'rpc.service': 'shop.Cart', 'rpc.method': 'Add' };
const CALLS: readonly SpanCase[] = [
  [
    'a procedure that is served',
    { name: 'shop.Cart/Add', kind: SERVER },
    { ...grpc, 'rpc.grpc.status_code': 0, 'client.address': '10.0.0.7', 'client.port': 4000 },
    {
      ...{ event_kind: 'rpc.server', type_uid: 600399, activity_name: 'Call', endpoint: 'shop.Cart/Add' },
      ...{ rpc_system: 'grpc', rpc_service: 'shop.Cart', rpc_method: 'Add', status_code: 'OK', status_id: 1 },
      ...{ src_ip: '10.0.0.7', severity_id: 1 },
    },
    {},
  ],
  [
    'a procedure that is called and does not answer',
    { name: 'shop.Cart/Add', kind: CLIENT, status: { code: 2 } },
    { ...grpc, 'rpc.grpc.status_code': 14, 'server.address': 'cart', 'server.port': 50051 },
    {
      ...{ event_kind: 'rpc.client', status_code: 'UNAVAILABLE', status_id: 2, severity_id: 4 },
      ...{ peer_host: 'cart', peer_port: 50051, rpc_service: 'shop.Cart', rpc_method: 'Add' },
    },
    {},
  ],
  [
    'a procedure that refuses, by the names of today',
    { name: 'shop.Cart/Add', kind: SERVER },
    { 'rpc.system.name': 'grpc', 'rpc.method': 'shop.Cart/Add', 'rpc.status_code': 'NOT_FOUND' },
    {
      ...{ event_kind: 'rpc.server', status_code: 'NOT_FOUND', status_id: 2, severity_id: 2 },
      ...{ rpc_service: 'shop.Cart', rpc_method: 'Add', endpoint: 'shop.Cart/Add' },
    },
    {},
  ],
  [
    'a procedure over Connect',
    { name: 'shop.Cart/Add', kind: CLIENT },
    { ...grpc, 'rpc.system': 'connect_rpc', 'rpc.connect_rpc.error_code': 'unavailable' },
    { rpc_system: 'connectrpc', status_code: 'unavailable', status_id: 2, severity_id: 4 },
    {},
  ],
  [
    'a call of AWS',
    { name: 'S3.GetObject', kind: CLIENT },
    { 'rpc.system': 'aws-api', 'rpc.service': 'S3', 'rpc.method': 'GetObject', 'aws.request_id': 'q' },
    { event_kind: 'rpc.client', rpc_system: 'aws-api', endpoint: 'S3/GetObject', status_id: 1 },
    { 'aws.request_id': 'q' },
  ],
  [
    'a call that says of which system it is, and no more',
    { name: 'call', kind: CLIENT, status: { code: 2 } },
    { 'rpc.system': 'jsonrpc', 'rpc.jsonrpc.error_code': -32_603 },
    { event_kind: 'rpc.client', endpoint: 'call', status_code: '-32603', status_id: 2, severity_id: 4 },
    {},
  ],
];

const FUNCTIONS: readonly SpanCase[] = [
  [
    'a function that runs by the clock',
    { name: 'cleanup', kind: 1 },
    {
      'faas.trigger': 'timer',
      'faas.invocation_id': 'i-1',
      'faas.coldstart': true,
      'faas.cron': '0 * * * *',
    },
    {
      ...{ event_kind: 'faas.run', type_uid: 600399, activity_name: 'Run Function', endpoint: 'cleanup' },
      job_id: 'i-1',
    },
    { 'faas.trigger': 'timer', 'faas.coldstart': true, 'faas.cron': '0 * * * *' },
  ],
  [
    'a function that is called',
    { name: 'Lambda.Invoke', kind: CLIENT },
    {
      ...{ 'faas.invoked_name': 'cleanup', 'faas.invoked_provider': 'aws', 'rpc.system': 'aws-api' },
      ...{ 'server.address': 'lambda.eu-west-1.amazonaws.com', 'server.port': 443 },
    },
    {
      ...{ event_kind: 'faas.invoke', activity_name: 'Invoke Function', endpoint: 'cleanup' },
      ...{ peer_host: 'lambda.eu-west-1.amazonaws.com', peer_port: 443 },
    },
    { 'faas.invoked_provider': 'aws', 'rpc.system': 'aws-api' },
  ],
  [
    'a function behind a gateway: a request that is served',
    { name: 'GET /x', kind: SERVER },
    { 'faas.trigger': 'http', 'http.method': 'GET', 'http.target': '/x' },
    { event_kind: 'http.server', http_url: '/x' },
    { 'faas.trigger': 'http' },
  ],
];

const GRAPHQL: readonly SpanCase[] = (
  [
    ['query', 600302, 'Read'],
    ['mutation', 600303, 'Update'],
    ['subscription', 600399, 'Subscribe'],
    ['unheard of', 600399, 'Other'],
  ] as const
).map(([type, type_uid, activity_name]) => [
  `a GraphQL ${type}`,
  { name: `${type} Basket`, kind: 1 },
  { 'graphql.operation.name': 'Basket', 'graphql.operation.type': type, 'graphql.document': '{ basket }' },
  { event_kind: 'graphql.operation', type_uid, activity_name, endpoint: 'Basket' },
  { 'graphql.operation.type': type, 'graphql.document': '{ basket }' },
]);

testSpans([...MESSAGES, ...CALLS, ...FUNCTIONS, ...GRAPHQL]);

test('an RPC that is served says who called, or that nobody knows', () => {
  const served = (attributes: Json) =>
    rowOf(mapped('traces', spanRequest({ name: 'x', kind: SERVER }, { ...grpc, ...attributes }))).event;
  assert.deepEqual(served({}).src_endpoint, { svc_name: 'unknown' });
  assert.deepEqual(served({ 'client.service.name': 'shop' }).src_endpoint, { svc_name: 'shop' });
  assert.deepEqual(
    served({ 'network.peer.address': '::ffff:10.0.0.7', 'network.peer.port': 4000 }).src_endpoint,
    {
      ip: '10.0.0.7',
      port: 4000,
    },
  );
});
