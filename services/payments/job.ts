import { storefrontError } from '../chassis/errors.ts';

/** Name of the queue of payments to charge, and of the one that keeps what could not be charged. */
export const paymentQueue = 'payments';
export const deadLetterQueue = 'payments-dead-letter';

/** What a payment job carries. The card number stays behind in web-api: the gateway is told its last four digits. */
export interface PaymentJob {
  order_id: number;
  amount_cents: number;
  card_last4: string;
  request_id: string;
}

/** @throws PAYMENT_JOB_INVALID saying which field is wrong */
export function parsePaymentJob(data: unknown): PaymentJob {
  const job = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
  const { order_id, amount_cents, card_last4, request_id } = job;
  if (!Number.isInteger(order_id))
    throw storefrontError('PAYMENT_JOB_INVALID', ['order_id must be an integer']);
  if (!Number.isInteger(amount_cents))
    throw storefrontError('PAYMENT_JOB_INVALID', ['amount_cents must be an integer']);
  if (typeof card_last4 !== 'string' || !/^\d{4}$/.test(card_last4)) {
    throw storefrontError('PAYMENT_JOB_INVALID', ['card_last4 must be four digits']);
  }
  return {
    order_id: order_id as number,
    amount_cents: amount_cents as number,
    card_last4,
    request_id: String(request_id),
  };
}
