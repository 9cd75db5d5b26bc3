import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryShape } from './query-shape.ts';
import { redisStatement } from './redis-statement.ts';

test('a redis statement has the shape of its key and no values', () => {
  assert.equal(redisStatement('get', ['session:0123456789abcdef']), 'get session:?');
  assert.equal(
    redisStatement('set', ['user:v1:42', '{"email":"a@example.com"}', 'EX', '60']),
    'set user:v1:? ?',
  );
  assert.equal(
    redisStatement('evalsha', ['da39a3ee', '2', 'bull:payments:wait', 'x']),
    'evalsha ? bull:payments:?',
  );
  assert.equal(redisStatement('flushdb', []), 'flushdb');
});

test('a query has an operation and, where it names one, a table', () => {
  assert.deepEqual(queryShape('SELECT a FROM users WHERE id = $1'), { operation: 'SELECT', table: 'users' });
  assert.deepEqual(queryShape('INSERT INTO orders (user_id) VALUES ($1)'), {
    operation: 'INSERT',
    table: 'orders',
  });
  assert.deepEqual(queryShape('UPDATE products p SET stock = 1'), { operation: 'UPDATE', table: 'products' });
  assert.deepEqual(queryShape('WITH s AS (UPDATE orders SET x = 1) INSERT INTO payments SELECT 1'), {
    operation: 'INSERT',
    table: 'orders',
  });
  assert.deepEqual(queryShape('SELECT * FROM unnest($1::integer[])'), { operation: 'SELECT' });
  assert.deepEqual(queryShape('COMMIT'), { operation: 'COMMIT' });
});
