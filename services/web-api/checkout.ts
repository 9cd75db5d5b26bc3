import type { Queue } from 'bullmq';
import type { FastifyInstance } from 'fastify';
import type { Pool, PoolClient } from 'pg';
import { Counter } from 'prom-client';
import { inTransaction } from '../chassis/database.ts';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import { flagIsOn } from '../flags/provider.ts';
import type { PaymentJob } from '../payments/job.ts';

interface Item {
  product_id: number;
  quantity: number;
}

interface Line extends Item {
  price_cents: number;
}

const body = {
  type: 'object',
  required: ['items', 'card_number'],
  additionalProperties: false,
  properties: {
    items: {
      type: 'array',
      minItems: 1,
      maxItems: 20,
      items: {
        type: 'object',
        required: ['product_id', 'quantity'],
        additionalProperties: false,
        properties: {
          product_id: { type: 'integer', minimum: 1, maximum: 2_147_483_647 },
          quantity: { type: 'integer', minimum: 1, maximum: 100 },
        },
      },
    },
    card_number: { type: 'string', pattern: '^[0-9]{13,19}$' },
  },
} as const;

const ordersPlaced = new Counter({
  name: 'orders_total',
  help: 'Checkouts by result: placed, refused (stock or product), cancelled (no payment job).',
  labelNames: ['result'] as const,
});

/** POST /api/checkout: order and items in one transaction, the payment job after its commit. */
export function checkoutRoute(
  app: FastifyInstance,
  { database, payments }: { database: Pool; payments: Queue<PaymentJob> },
): void {
  app.post<{ Body: { items: Item[]; card_number: string } }>(
    '/api/checkout',
    { schema: { body } },
    async function checkout(request, reply) {
      const items = mergeItems(request.body.items);
      const volumePrices = await flagIsOn('pricing_v2');
      const order = await inTransaction(database, async (client) => {
        const lines = await reserveStock(client, items);
        const total = totalOf(lines, volumePrices);
        return { id: await insertOrder(client, Number(request.userId), total, lines), total };
      }).catch((error) => {
        ordersPlaced.inc({ result: 'refused' });
        throw error;
      });
      const job: PaymentJob = {
        order_id: order.id,
        amount_cents: order.total,
        card_last4: request.body.card_number.slice(-4),
        request_id: request.id,
      };
      try {
        await payments.add('charge', job, { jobId: `order-${order.id}` });
      } catch (error) {
        ordersPlaced.inc({ result: 'cancelled' });
        await cancelOrder(database, order.id, items).catch((failure) =>
          request.log.error({ order_id: order.id, err: failure }, 'order was not cancelled'),
        );
        throw storefrontError('QUEUE_UNAVAILABLE', [reasonOf(error)], { cause: error });
      }
      ordersPlaced.inc({ result: 'placed' });
      request.log.info({ order_id: order.id, total_cents: order.total, items: items.length }, 'order placed');
      return reply.code(201).send({ order_id: order.id });
    },
  );
}

/** One line a product, in the order of product ids: every checkout takes its locks in that order. */
function mergeItems(items: readonly Item[]): Item[] {
  const quantities = new Map<number, number>();
  for (const { product_id, quantity } of items)
    quantities.set(product_id, (quantities.get(product_id) ?? 0) + quantity);
  return [...quantities]
    .map(([product_id, quantity]) => ({ product_id, quantity }))
    .sort((a, b) => a.product_id - b.product_id);
}

async function reserveStock(client: PoolClient, items: readonly Item[]): Promise<Line[]> {
  const ids = items.map(({ product_id }) => product_id);
  const quantities = items.map(({ quantity }) => quantity);
  const { rows } = await client.query<{ id: number; price_cents: number; stock: number }>(
    'SELECT id, price_cents, stock FROM products WHERE id = ANY($1::integer[]) ORDER BY id FOR UPDATE',
    [ids],
  );
  const products = new Map(rows.map((row) => [row.id, row]));
  const lines = items.map(({ product_id, quantity }) => {
    const product = products.get(product_id);
    if (!product) throw storefrontError('UNKNOWN_PRODUCT', [product_id]);
    if (product.stock < quantity)
      throw storefrontError('OUT_OF_STOCK', [product_id, quantity, product.stock]);
    return { product_id, quantity, price_cents: product.price_cents };
  });
  await client.query(
    `UPDATE products p SET stock = p.stock - i.quantity
       FROM unnest($1::integer[], $2::integer[]) AS i (product_id, quantity) WHERE p.id = i.product_id`,
    [ids, quantities],
  );
  return lines;
}

function totalOf(lines: readonly Line[], volumePrices: boolean): number {
  const cents = ({ price_cents, quantity }: Line) =>
    volumePrices && quantity >= 5 ? Math.round(price_cents * quantity * 0.98) : price_cents * quantity;
  return lines.reduce((sum, line) => sum + cents(line), 0);
}

async function insertOrder(
  client: PoolClient,
  userId: number,
  total: number,
  lines: readonly Line[],
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO orders (user_id, status, total_cents) VALUES ($1, 'pending', $2) RETURNING id`,
    [userId, total],
  );
  const id = rows[0]?.id as number;
  await client.query(
    `INSERT INTO order_items (order_id, product_id, quantity, price_cents)
     SELECT $1, * FROM unnest($2::integer[], $3::integer[], $4::integer[])`,
    [id, lines.map((l) => l.product_id), lines.map((l) => l.quantity), lines.map((l) => l.price_cents)],
  );
  return id;
}

/** Takes an order back for which no payment could be asked, and returns its goods to the shelf. */
async function cancelOrder(database: Pool, id: number, items: readonly Item[]): Promise<void> {
  await inTransaction(database, async (client) => {
    // The job may have been taken all the same, its answer lost: an order that is paid meanwhile stays paid.
    const { rowCount } = await client.query(
      `UPDATE orders SET status = 'cancelled', updated_at = now() WHERE id = $1 AND status = 'pending'`,
      [id],
    );
    if (rowCount === 0) return;
    for (const { product_id, quantity } of items) {
      await client.query('UPDATE products SET stock = stock + $2 WHERE id = $1', [product_id, quantity]);
    }
  });
}
