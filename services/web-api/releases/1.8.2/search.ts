import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import type { Logger } from '../../../chassis/log.ts';
import { flagIsOn } from '../../../flags/provider.ts';
import {
  closeSnapshot,
  countHits,
  findPage,
  openSnapshot,
  type PagedQuery,
  querystring,
} from '../../paged-search.ts';
import type { Popular } from '../../popular.ts';

/** GET /api/search?q=&page=: a page of the products that have the words, and how many there are, of one moment. */
export function searchRoute(
  app: FastifyInstance,
  { database, popular }: { database: Pool; popular: Popular },
): void {
  app.get<{ Querystring: PagedQuery }>(
    '/api/search',
    { schema: { querystring } },
    async function search(request) {
      const found = await find(database, request.query, await flagIsOn('search_ranking_v2'));
      return { ...found, popular: await popular(request.log as Logger) };
    },
  );
}

async function find(database: Pool, query: PagedQuery, bySales: boolean) {
  const client = await openSnapshot(database);
  const total = await countHits(client, query);
  if (total === 0) return { total, products: [] };
  try {
    return { total, products: await findPage(client, query, bySales) };
  } finally {
    await closeSnapshot(client);
  }
}
