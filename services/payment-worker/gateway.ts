import { createHash } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { SpanKind, trace } from '@opentelemetry/api';

export type Charge = { outcome: 'captured'; reference: string } | { outcome: 'declined'; code: string };

/** The gateway could not say yes or no. Asking again may help. */
export class GatewayError extends Error {
  readonly code: string;

  constructor(code: string) {
    super(`payment gateway answered ${code}`);
    this.name = 'GatewayError';
    this.code = code;
  }
}

// Test card numbers decide by their last digits, as gateways' sandboxes do.
const declines: Record<string, string> = {
  '0002': 'card_declined',
  '9995': 'insufficient_funds',
  '0069': 'expired_card',
};
const neverProcessed = '0119';
const processedOnRetry = '0259';

const medianLatency = 90;
const spread = 0.45;

/**
 * The payment gateway's sandbox, in process. It takes what a gateway takes over the network: 90 ms in the median, 250 ms
 * for one in a hundred, always the same for the same order and attempt.
 */
export async function charge({
  orderId,
  amountCents,
  cardLast4,
  attempt,
}: {
  orderId: number;
  amountCents: number;
  cardLast4: string;
  /** 1 for the first */
  attempt: number;
}): Promise<Charge> {
  const attributes = {
    'payment.order_id': orderId,
    'payment.amount_cents': amountCents,
    'payment.attempt': attempt,
  };
  return trace
    .getTracer('payment-worker')
    .startActiveSpan('gateway.charge', { kind: SpanKind.INTERNAL, attributes }, async (span) => {
      try {
        const digest = createHash('sha256').update(`${orderId}/${attempt}`).digest();
        await wait(latencyOf(digest));
        const failed = cardLast4 === neverProcessed || (cardLast4 === processedOnRetry && attempt === 1);
        if (failed) throw new GatewayError('processing_error');
        const code = declines[cardLast4];
        const result: Charge = code
          ? { outcome: 'declined', code }
          : { outcome: 'captured', reference: `ch_${digest.toString('hex', 8, 20)}` };
        span.setAttribute('payment.outcome', result.outcome);
        return result;
      } catch (error) {
        if (error instanceof GatewayError) {
          span.setAttribute('payment.outcome', error.code);
          span.setStatus({ code: 2, message: error.message });
        }
        throw error;
      } finally {
        span.end();
      }
    });
}

/** Milliseconds, log-normally distributed over the digests (Box-Muller). */
function latencyOf(digest: Buffer): number {
  const first = (digest.readUInt32BE(0) + 1) / 4_294_967_297;
  const second = digest.readUInt32BE(4) / 4_294_967_296;
  const normal = Math.sqrt(-2 * Math.log(first)) * Math.cos(2 * Math.PI * second);
  return Math.min(2_000, Math.round(medianLatency * Math.exp(spread * normal)));
}
