import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from '../chassis/log.ts';
import { flagIsOn } from '../flags/provider.ts';
import type { Popular } from './popular.ts';

const querystring = {
  type: 'object',
  required: ['q'],
  additionalProperties: false,
  properties: {
    q: { type: 'string', minLength: 1, maxLength: 100 },
    limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
  },
} as const;

// The best hits are found first; how many pieces each has sold is then counted for those alone.
// One line, so that it is one in the log of slow statements too.
const byText = [
  'SELECT hit.*, (SELECT coalesce(sum(i.quantity), 0)::integer FROM order_items i WHERE i.product_id = hit.id) AS sold',
  'FROM (SELECT p.id, p.name, p.category, p.price_cents, p.stock > 0 AS available, ts_rank(p.words, query) AS rank',
  "FROM products p, websearch_to_tsquery('simple', $1) query",
  'WHERE p.words @@ query ORDER BY rank DESC, p.id LIMIT $2) hit',
].join(' ');

/** GET /api/search?q=: products by words in name, category and description. */
export function searchRoute(
  app: FastifyInstance,
  { database, popular }: { database: Pool; popular: Popular },
): void {
  app.get<{ Querystring: { q: string; limit: number } }>(
    '/api/search',
    { schema: { querystring } },
    async function search(request) {
      const { q, limit } = request.query;
      const order = (await flagIsOn('search_ranking_v2')) ? 'sold DESC, hit.id' : 'hit.rank DESC, hit.id';
      const { rows } = await database.query(`${byText} ORDER BY ${order}`, [q, limit]);
      return { products: rows, popular: await popular(request.log as Logger) };
    },
  );
}
