import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { storefrontError } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { cached } from './cached.ts';
import type { Popular } from './popular.ts';

const cacheSeconds = 60;

interface User {
  id: number;
  username: string;
  name: string;
  email: string;
  country: string;
  created_at: string;
}

const params = {
  type: 'object',
  required: ['id'],
  properties: { id: { type: 'integer', minimum: 1, maximum: 2_147_483_647 } },
} as const;

const listQuery = {
  type: 'object',
  additionalProperties: false,
  properties: {
    country: { type: 'string', pattern: '^[A-Z]{2}$' },
    limit: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  },
} as const;

// Orders that stand count. One line, so that it is one in the log of slow statements too.
const usersWithOrders = [
  'SELECT u.id, u.username, u.name, u.country, totals.orders, totals.spent_cents,',
  'last.id AS last_order_id, last.created_at AS last_order_at FROM users u',
  'LEFT JOIN LATERAL (SELECT count(*)::integer AS orders, coalesce(sum(o.total_cents), 0)::float8 AS spent_cents',
  "FROM orders o WHERE o.status IN ('pending', 'paid') AND o.user_id = u.id) totals ON true",
  'LEFT JOIN LATERAL (SELECT o.id, o.created_at FROM orders o WHERE o.user_id = u.id',
  'ORDER BY o.created_at DESC LIMIT 1) last ON true',
  'WHERE ($1::text IS NULL OR u.country = $1) ORDER BY u.id LIMIT $2',
].join(' ');

/** GET /api/users/:id, and GET /api/users with what each has ordered */
export function userRoutes(
  app: FastifyInstance,
  { database, cache, popular }: { database: Pool; cache: Redis; popular: Popular },
): void {
  app.get<{ Params: { id: number } }>(
    '/api/users/:id',
    { schema: { params } },
    async function getUser(request) {
      const { id } = request.params;
      const log = request.log as Logger;
      const load = () => findUser(database, id);
      const user = await cached({
        cache,
        log,
        entry: { name: 'users', key: `user:v1:${id}`, seconds: cacheSeconds, load },
      });
      return { ...user, popular: await popular(log) };
    },
  );

  app.get<{ Querystring: { country?: string; limit: number } }>(
    '/api/users',
    { schema: { querystring: listQuery } },
    async function listUsers(request) {
      const { country, limit } = request.query;
      const { rows } = await database.query(usersWithOrders, [country ?? null, limit]);
      return { users: rows };
    },
  );
}

/** @throws NOT_FOUND */
async function findUser(database: Pool, id: number): Promise<User> {
  const { rows } = await database.query<User>(
    'SELECT id, username, name, email, country, created_at FROM users WHERE id = $1',
    [id],
  );
  if (!rows[0]) throw storefrontError('NOT_FOUND', [`user ${id}`]);
  return rows[0];
}
