import type { Pool, PoolClient } from 'pg';

/** What GET /api/search may be asked from 1.8.2 on. */
export const querystring = {
  type: 'object',
  required: ['q'],
  additionalProperties: false,
  properties: {
    q: { type: 'string', minLength: 1, maxLength: 100 },
    limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
    page: { type: 'integer', minimum: 1, maximum: 100, default: 1 },
  },
} as const;

export interface PagedQuery {
  q: string;
  limit: number;
  page: number;
}

const hits = [
  "SELECT count(*)::integer AS total FROM products p, websearch_to_tsquery('simple', $1) query",
  'WHERE p.words @@ query',
].join(' ');

const page = [
  'SELECT hit.*, (SELECT coalesce(sum(i.quantity), 0)::integer FROM order_items i WHERE i.product_id = hit.id) AS sold',
  'FROM (SELECT p.id, p.name, p.category, p.price_cents, p.stock > 0 AS available, ts_rank(p.words, query) AS rank',
  "FROM products p, websearch_to_tsquery('simple', $1) query",
  'WHERE p.words @@ query ORDER BY rank DESC, p.id LIMIT $2 OFFSET $3) hit',
].join(' ');

/** How many products have the words. */
export async function countHits(client: PoolClient, { q }: PagedQuery): Promise<number> {
  const { rows } = await client.query<{ total: number }>(hits, [q]);
  return rows[0]?.total ?? 0;
}

/** One page of them, by rank or by pieces sold. */
export async function findPage(
  client: PoolClient,
  { q, limit, page: number }: PagedQuery,
  bySales: boolean,
): Promise<object[]> {
  const order = bySales ? 'sold DESC, hit.id' : 'hit.rank DESC, hit.id';
  const { rows } = await client.query(`${page} ORDER BY ${order}`, [q, limit, (number - 1) * limit]);
  return rows;
}

/** A connection in a transaction that sees one moment, so that a page and its total agree. */
export async function openSnapshot(database: Pool): Promise<PoolClient> {
  const client = await database.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return client;
  } catch (error) {
    client.release(error as Error);
    throw error;
  }
}

/** Ends the transaction and gives the connection back. */
export async function closeSnapshot(client: PoolClient): Promise<void> {
  try {
    await client.query('COMMIT');
    client.release();
  } catch (error) {
    client.release(error as Error);
  }
}
