import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { cacheLookups } from '../chassis/metrics.ts';

const cacheSeconds = 60;
const cacheKey = (id: number) => `user:v1:${id}`;

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

/** GET /api/users/:id and GET /api/users */
export function userRoutes(
  app: FastifyInstance,
  { database, cache }: { database: Pool; cache: Redis },
): void {
  app.get<{ Params: { id: number } }>(
    '/api/users/:id',
    { schema: { params } },
    async function getUser(request) {
      const { id } = request.params;
      const cached = await readCache(cache, id, request.log as Logger);
      if (cached) return cached;
      const user = await findUser(database, id);
      if (!user) throw storefrontError('NOT_FOUND', [`user ${id}`]);
      await writeCache(cache, user, request.log as Logger);
      return user;
    },
  );

  app.get<{ Querystring: { country?: string; limit: number } }>(
    '/api/users',
    { schema: { querystring: listQuery } },
    async function listUsers(request) {
      const { country, limit } = request.query;
      const { rows } = await database.query(
        `SELECT u.id, u.username, u.name, u.country, last.id AS last_order_id, last.created_at AS last_order_at
           FROM users u
           LEFT JOIN LATERAL (
             SELECT o.id, o.created_at FROM orders o WHERE o.user_id = u.id ORDER BY o.created_at DESC LIMIT 1
           ) last ON true
          WHERE ($1::text IS NULL OR u.country = $1)
          ORDER BY u.id
          LIMIT $2`,
        [country ?? null, limit],
      );
      return { users: rows };
    },
  );
}

async function findUser(database: Pool, id: number): Promise<User | undefined> {
  const { rows } = await database.query<User>(
    'SELECT id, username, name, email, country, created_at FROM users WHERE id = $1',
    [id],
  );
  return rows[0];
}

/** Cache-aside: what the cache cannot say is asked of the database, a lost cache included. */
async function readCache(cache: Redis, id: number, log: Logger): Promise<User | undefined> {
  try {
    const text = await cache.get(cacheKey(id));
    cacheLookups.inc({ cache: 'users', result: text === null ? 'miss' : 'hit' });
    if (text !== null) return JSON.parse(text) as User;
    log.info({ user: id }, 'cache miss');
  } catch (error) {
    cacheLookups.inc({ cache: 'users', result: 'error' });
    log.warn(`cache read failed: ${reasonOf(error)}`);
  }
  return undefined;
}

async function writeCache(cache: Redis, user: User, log: Logger): Promise<void> {
  try {
    await cache.set(cacheKey(user.id), JSON.stringify(user), 'EX', cacheSeconds);
  } catch (error) {
    log.warn(`cache write failed: ${reasonOf(error)}`);
  }
}
