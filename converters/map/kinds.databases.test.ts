import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mapped, spanRequest } from './otlp.test-world.ts';
import { rowOf, type SpanCase, testSpans } from './row.test-world.ts';

type Json = Record<string, unknown>;

const CLIENT = 3;
const elasticsearch = {
  ...{ 'http.request.method': 'POST', 'url.full': 'http://es/orders/_search', 'server.address': 'es' },
  ...{ 'server.port': 9200, 'db.system.name': 'elasticsearch', 'db.operation.name': 'search' },
};
const DATABASES: readonly SpanCase[] = [
  ...(
    [
      ['mysql', 'mysql', 'Relational'],
      ['mssql', 'microsoft.sql_server', 'Relational'],
      ['oracle', 'oracle.db', 'Relational'],
      ['cassandra', 'cassandra', 'NoSQL'],
      ['homemade', 'homemade', 'Other'],
    ] as const
  ).map(
    ([said, db_system]): SpanCase => [
      `a statement of ${said}`,
      { name: 'SELECT shop.orders', kind: CLIENT },
      { 'db.system': said, 'db.name': 'shop', 'db.statement': 'SELECT * FROM `orders` WHERE id = ?' },
      {
        ...{ event_kind: 'db.query', type_uid: 600504, db_system, db_name: 'shop', db_operation: 'SELECT' },
        ...{ db_table: 'orders', db_query: 'SELECT * FROM `orders` WHERE id = ?' },
      },
      {},
    ],
  ),
  [
    'a search, which is a request over HTTP, too',
    { name: 'search orders', kind: CLIENT },
    { ...elasticsearch, 'db.collection.name': 'orders' },
    {
      ...{ event_kind: 'db.query', type_uid: 600504, db_system: 'elasticsearch', db_operation: 'search' },
      ...{ db_table: 'orders', peer_host: 'es', peer_port: 9200, http_method: undefined },
    },
    { 'http.request.method': 'POST', 'url.full': 'http://es/orders/_search' },
  ],
  [
    'an item of DynamoDB',
    { name: 'DynamoDB.GetItem', kind: CLIENT },
    {
      ...{ 'db.system': 'dynamodb', 'rpc.system': 'aws-api', 'db.operation': 'GetItem' },
      'aws.dynamodb.table_names': ['carts'],
    },
    {
      ...{ event_kind: 'db.query', type_uid: 600501, db_system: 'aws.dynamodb', db_operation: 'GetItem' },
      db_table: 'carts',
    },
    { 'rpc.system': 'aws-api' },
  ],
  [
    'an operation that the name alone says',
    { name: 'mongodb.find', kind: CLIENT },
    { 'db.system': 'mongodb', 'db.mongodb.collection': 'orders' },
    { event_kind: 'db.query', type_uid: 600504, db_operation: 'find', db_table: 'orders' },
    {},
  ],
  [
    'a command of Valkey',
    { name: 'GET', kind: CLIENT },
    { 'db.system.name': 'valkey', 'db.query.text': 'get user:?' },
    { event_kind: 'redis.op', type_uid: 600501, db_operation: 'GET', db_name: 'redis/0' },
    {},
  ],
  ...(
    [
      ['find', 4, 'Query'],
      ['findOne', 1, 'Read'],
      ['findAndModify', 2, 'Update'],
      ['findOneAndDelete', 7, 'Delete'],
      ['insertMany', 5, 'Write'],
      ['getMore', 4, 'Query'],
      ['deleteMany', 7, 'Delete'],
      ['createIndexes', 6, 'Create'],
      ['listCollections', 8, 'List'],
      ['indices.create', 6, 'Create'],
      ['delete_by_query', 7, 'Delete'],
      ['BatchGetItem', 1, 'Read'],
      ['TransactWriteItems', 5, 'Write'],
      ['hello', 3, 'Connect'],
      ['renameCollection', 99, 'Other'],
    ] as const
  ).map(
    ([operation, activity, activity_name]): SpanCase => [
      `the operation ${operation}`,
      { name: 'orders', kind: CLIENT },
      {
        ...{ 'db.system.name': 'mongodb', 'db.collection.name': 'orders', 'db.query.text': '{"a":"?"}' },
        'db.operation.name': operation,
      },
      { type_uid: 600500 + activity, activity_name, db_operation: operation, db_table: 'orders' },
      {},
    ],
  ),
];

testSpans(DATABASES);

for (const [system, type] of [
  ['mysql', 'Relational'],
  ['mariadb', 'Relational'],
  ['redis', 'NoSQL'],
  ['cassandra', 'NoSQL'],
  ['mongodb', 'NoSQL'],
  ['cosmosdb', 'NoSQL'],
  ['qdrant', 'Vector'],
  ['homemade', 'Other'],
] as const)
  test(`a database of ${system} is of the type ${type}`, () => {
    const { event } = rowOf(
      mapped('traces', spanRequest({ name: 'x', kind: CLIENT }, { 'db.system': system })),
    );
    assert.equal((event.database as Json).type, type);
  });
