import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import type { Logger } from '../chassis/log.ts';
import { cached, countLookups } from './cached.ts';

/** Orders of so many days count. */
const days = 120;
const secondsOfDay = 86_400;

/** A product, and another that customers bought with it. */
export interface PopularProduct {
  id: number;
  name: string;
  category: string;
  price_cents: number;
  bought_with: number;
  /** orders with both */
  orders: number;
  customers: number;
}

/** What most customers bought together, as every page shows it. */
export type Popular = (log: Logger) => Promise<PopularProduct[]>;

// One line, so that it is one in the log of slow statements too.
const boughtTogether = [
  'SELECT p.id, p.name, p.category, p.price_cents, best.bought_with, best.orders, best.customers FROM (',
  'SELECT i.product_id, other.product_id AS bought_with, count(*)::integer AS orders, count(DISTINCT o.user_id)::integer AS customers',
  'FROM orders o JOIN order_items i ON i.order_id = o.id JOIN order_items other ON other.order_id = o.id AND other.product_id <> i.product_id',
  "WHERE o.created_at >= now() - make_interval(days => $1) AND o.status = 'paid'",
  'GROUP BY 1, 2 ORDER BY customers DESC, 1, 2 LIMIT 5',
  ') best JOIN products p ON p.id = best.product_id ORDER BY best.customers DESC, p.id, best.bought_with',
].join(' ');

/** They change slowly and take a while to count: counted once a day. */
export function popularProducts({ database, cache }: { database: Pool; cache: Redis }): Popular {
  countLookups('popular');
  const load = async () => (await database.query<PopularProduct>(boughtTogether, [days])).rows;
  return (log) =>
    cached({ cache, log, entry: { name: 'popular', key: 'popular:v1', seconds: secondsOfDay, load } });
}
