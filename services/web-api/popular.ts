import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Logger } from '../chassis/log.ts';
import { cached } from './cached.ts';

/** Orders of so many days count. */
const days = 365;
const secondsOfDay = 86_400;

export interface PopularProduct {
  id: number;
  name: string;
  category: string;
  price_cents: number;
  sold: number;
  customers: number;
}

/** The products that most customers bought, as every page shows them. */
export type Popular = (log: Logger) => Promise<PopularProduct[]>;

// One line, so that it is one in the log of slow statements too.
const mostBought = [
  'SELECT p.id, p.name, p.category, p.price_cents, best.sold, best.customers FROM (',
  'SELECT i.product_id, sum(i.quantity)::integer AS sold, count(DISTINCT o.user_id)::integer AS customers',
  'FROM orders o JOIN order_items i ON i.order_id = o.id',
  "WHERE o.created_at >= now() - make_interval(days => $1) AND o.status = 'paid'",
  'GROUP BY i.product_id ORDER BY customers DESC, i.product_id LIMIT 5',
  ') best JOIN products p ON p.id = best.product_id ORDER BY best.customers DESC, p.id',
].join(' ');

/** They change slowly and take a while to count: counted once a day. */
export function popularProducts({ database, cache }: { database: Pool; cache: Redis }): Popular {
  const load = async () => (await database.query<PopularProduct>(mostBought, [days])).rows;
  return (log) =>
    cached({ cache, log, entry: { name: 'popular', key: 'popular:v1', seconds: secondsOfDay, load } });
}
