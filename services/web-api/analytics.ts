import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';

const querystring = {
  type: 'object',
  additionalProperties: false,
  properties: { days: { type: 'integer', minimum: 1, maximum: 90, default: 7 } },
} as const;

// Each is one line, so that it is one in the log of slow statements too.
const revenueByDay = [
  "SELECT date_trunc('day', created_at) AS day, count(*)::integer AS orders,",
  "sum(total_cents) FILTER (WHERE status = 'paid') AS paid_cents",
  'FROM orders WHERE created_at >= now() - make_interval(days => $1)',
  'GROUP BY 1 ORDER BY 1',
].join(' ');

const topProducts = [
  'SELECT i.product_id, sum(i.quantity)::integer AS pieces, sum(i.quantity * i.price_cents) AS cents',
  'FROM orders o JOIN order_items i ON i.order_id = o.id',
  "WHERE o.created_at >= now() - make_interval(days => $1) AND o.status = 'paid'",
  'GROUP BY 1 ORDER BY pieces DESC, i.product_id LIMIT 10',
].join(' ');

/** GET /api/analytics?days=: orders and revenue of each of the last days, and what sold best. */
export function analyticsRoute(app: FastifyInstance, { database }: { database: Pool }): void {
  app.get<{ Querystring: { days: number } }>(
    '/api/analytics',
    { schema: { querystring } },
    async function analytics(request) {
      const { days } = request.query;
      const revenue = await database.query(revenueByDay, [days]);
      const top = await database.query(topProducts, [days]);
      return { days: revenue.rows, top_products: top.rows };
    },
  );
}
