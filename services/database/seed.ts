import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { hash } from 'bcrypt';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { flags } from '../flags/catalogue.ts';
import { numbers, pick } from './sequence.ts';
import { adjectives, categories, countries, firstNames, lastNames, nouns } from './words.ts';

export interface SeedSize {
  users: number;
  products: number;
  orders: number;
}

const day = 86_400_000;
export const passwords = 32;
const bcryptCost = 8;
/** Every 250th product is sold out: asking for it is a valid request with a refusal for an answer. */
export const soldOutEvery = 250;
const chunkRows = 2_000;

/**
 * Fills empty tables. The same sizes give the same rows: only the dates move, so that the newest seeded order lies at
 * `today` (start of the UTC day, epoch ms) and analytics of the last days have something to count.
 */
export async function seed({
  client,
  size,
  today,
}: {
  client: PoolClient;
  size: SeedSize;
  today: number;
}): Promise<void> {
  const hashes = await passwordHashes();
  await copy(
    client,
    'users (id, username, name, email, country, password_hash, created_at)',
    users(size, hashes, today),
  );
  await copy(client, 'products (id, name, category, description, price_cents, stock)', products(size));
  await copy(
    client,
    'orders (id, user_id, status, total_cents, created_at, updated_at)',
    orders(size, today),
  );
  await copy(client, 'order_items (order_id, product_id, quantity, price_cents)', orderItems(size));
  await client.query(`SELECT setval(pg_get_serial_sequence('orders', 'id'), $1)`, [Math.max(size.orders, 1)]);
  for (const { flag, service, value } of flags) {
    await client.query('INSERT INTO feature_flags (flag, service, value) VALUES ($1, $2, $3)', [
      flag,
      service,
      value,
    ]);
  }
}

/** Hashes of `storefront-0` … `storefront-31`, with salts made from the password's number. */
async function passwordHashes(): Promise<string[]> {
  const alphabet = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Promise.all(
    Array.from({ length: passwords }, (_, n) => {
      const bytes = createHash('sha256').update(`storefront salt ${n}`).digest();
      // 22 characters hold 132 bits of which 128 count: the last one must have its low four bits clear.
      const salt = Array.from(
        { length: 22 },
        (_, at) => alphabet[at === 21 ? (bytes[at] ?? 0) & 0x30 : (bytes[at] ?? 0) & 0x3f],
      );
      return hash(`storefront-${n}`, `$2b$${String(bcryptCost).padStart(2, '0')}$${salt.join('')}`);
    }),
  );
}

async function copy(client: PoolClient, target: string, rows: Iterable<string>): Promise<void> {
  await pipeline(Readable.from(chunks(rows)), client.query(copyFrom(`COPY ${target} FROM STDIN`)));
}

function* chunks(rows: Iterable<string>): Generator<string> {
  let chunk = '';
  let count = 0;
  for (const row of rows) {
    chunk += `${row}\n`;
    count += 1;
    if (count % chunkRows === 0) {
      yield chunk;
      chunk = '';
    }
  }
  if (chunk !== '') yield chunk;
}

const at = (ms: number) => new Date(ms).toISOString();

function* users({ users }: SeedSize, hashes: string[], today: number): Generator<string> {
  const next = numbers(1);
  for (let id = 1; id <= users; id += 1) {
    const first = pick(firstNames, next());
    const last = pick(lastNames, next());
    const email = `${first}.${last}.${id}@example.com`.toLowerCase();
    const created = at(today - Math.floor((365 + next() * 730) * day));
    yield [
      id,
      `user${id}`,
      `${first} ${last}`,
      email,
      pick(countries, next()),
      hashes[id % passwords],
      created,
    ].join('\t');
  }
}

function priceOf(product: number): number {
  return 199 + Math.floor(numbers(product * 7919)() * 20_000);
}

function* products({ products }: SeedSize): Generator<string> {
  const next = numbers(2);
  for (let id = 1; id <= products; id += 1) {
    const name = `${pick(adjectives, next())} ${pick(nouns, next())} ${id}`;
    const description = `${pick(adjectives, next())} companion for every ${pick(nouns, next())}`;
    const stock = id % soldOutEvery === 0 ? 0 : 1_000_000;
    yield [id, name, pick(categories, next()), description, priceOf(id), stock].join('\t');
  }
}

interface Line {
  product: number;
  quantity: number;
}

/** The items of a seeded order: one to four, popular products (low ids) more often. */
function linesOf(order: number, products: number): Line[] {
  const next = numbers(order * 31 + 7);
  const lines = new Map<number, number>();
  const count = 1 + Math.floor(next() * 4);
  for (let line = 0; line < count; line += 1) {
    lines.set(1 + Math.floor(next() * next() * products), 1 + Math.floor(next() * 3));
  }
  return [...lines].map(([product, quantity]) => ({ product, quantity }));
}

function* orders({ users, products, orders }: SeedSize, today: number): Generator<string> {
  const next = numbers(3);
  for (let id = 1; id <= orders; id += 1) {
    const user = 1 + Math.floor(next() * users);
    const status = next() < 0.95 ? 'paid' : 'declined';
    const total = linesOf(id, products).reduce(
      (sum, { product, quantity }) => sum + priceOf(product) * quantity,
      0,
    );
    const created = at(today - Math.floor((1 - id / orders) * 365 * day));
    yield [id, user, status, total, created, created].join('\t');
  }
}

function* orderItems({ products, orders }: SeedSize): Generator<string> {
  for (let id = 1; id <= orders; id += 1) {
    for (const { product, quantity } of linesOf(id, products))
      yield [id, product, quantity, priceOf(product)].join('\t');
  }
}
