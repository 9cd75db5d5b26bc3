import type { Pool } from 'pg';
import type { PaymentJob } from '../payments/job.ts';
import { charge } from './gateway.ts';

export type Settled = 'paid' | 'declined' | 'already_settled';

/**
 * Charges an order and writes down how it ended. An order that is settled is left alone, so that a job that runs twice
 * (its worker was killed between charge and acknowledgement) does not charge twice more.
 * @throws GatewayError when it should be tried again
 */
export async function chargeOrder({
  database,
  job,
  attempt,
}: {
  database: Pool;
  job: PaymentJob;
  attempt: number;
}): Promise<Settled> {
  const { rows } = await database.query<{ status: string }>('SELECT status FROM orders WHERE id = $1', [
    job.order_id,
  ]);
  if (rows[0]?.status !== 'pending') return 'already_settled';
  const result = await charge({
    orderId: job.order_id,
    amountCents: job.amount_cents,
    cardLast4: job.card_last4,
    attempt,
  });
  const paid = result.outcome === 'captured';
  await settle({
    database,
    orderId: job.order_id,
    status: paid ? 'paid' : 'declined',
    attempt,
    outcome: paid ? 'captured' : result.code,
    reference: paid ? result.reference : null,
  });
  return paid ? 'paid' : 'declined';
}

/** Sets a pending order's final status and records the attempt that led to it, in one statement. */
export async function settle({
  database,
  orderId,
  status,
  attempt,
  outcome,
  reference,
}: {
  database: Pool;
  orderId: number;
  status: 'paid' | 'declined' | 'payment_failed';
  attempt: number;
  outcome: string;
  reference: string | null;
}): Promise<void> {
  await database.query(
    `WITH settled AS (
       UPDATE orders SET status = $2, updated_at = now() WHERE id = $1 AND status = 'pending' RETURNING id
     )
     INSERT INTO payments (order_id, attempt, outcome, reference)
     SELECT id, $3, $4, $5 FROM settled ON CONFLICT (order_id, attempt) DO NOTHING`,
    [orderId, status, attempt, outcome, reference],
  );
}
