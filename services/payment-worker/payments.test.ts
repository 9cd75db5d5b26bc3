import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Queue } from 'bullmq';
import { Client } from 'pg';
import { deadLetterQueue, paymentQueue } from '../payments/job.ts';
import { until } from '../testing/process.ts';
import { Shopper } from '../testing/shopper.ts';
import { type Storefront, startStorefront } from '../testing/storefront.ts';

describe('payments', () => {
  let stack: Storefront;
  let shopper: Shopper;
  let database: Client;
  before(async () => {
    stack = await startStorefront();
    shopper = new Shopper({ url: stack.urls['web-api'] });
    await shopper.login(7);
    database = new Client({ connectionString: stack.postgres.url });
    await database.connect();
  });
  after(async () => {
    await database?.end();
    await stack?.stop();
  });

  const order = async (card: string) => {
    const { status, body, requestId } = await shopper.checkout({ card, product: 3, quantity: 2 });
    assert.equal(status, 201);
    return { id: Number(body.order_id), requestId };
  };
  const settled = (id: number) =>
    until(`order ${id} settled`, async () => {
      const { rows } = await database.query<{ status: string }>('SELECT status FROM orders WHERE id = $1', [
        id,
      ]);
      return rows[0]?.status !== 'pending' && rows[0]?.status;
    });
  const attempts = async (id: number) => {
    const { rows } = await database.query('SELECT attempt, outcome FROM payments WHERE order_id = $1', [id]);
    return rows;
  };

  test('a good card is charged, and the trace crosses the queue', async () => {
    const { id, requestId } = await order('4242424242424242');
    assert.equal(await settled(id), 'paid');
    assert.deepEqual(await attempts(id), [{ attempt: 1, outcome: 'captured' }]);
    const traceId = stack.services['web-api'].access(requestId)[0]?.trace_id;
    const job = await until('span of the job', () =>
      stack.otlp.spans.find((span) => span.name === 'process payments' && span.traceId === traceId),
    );
    const published = await until('span of the publication', () =>
      stack.otlp.spans.find(
        ({ name, spanId }) => name === 'add payments.charge' && spanId === job.parentSpanId,
      ),
    );
    assert.equal(published.kind, 4);
    assert.equal(job.kind, 5);
    const line = stack.services['payment-worker'].lines.find(({ request_id }) => request_id === requestId);
    assert.equal(line?.trace_id, traceId);
  });

  test('a declined card leaves the order declined', async () => {
    const { id } = await order('4000000000000002');
    assert.equal(await settled(id), 'declined');
    assert.deepEqual(await attempts(id), [{ attempt: 1, outcome: 'card_declined' }]);
  });

  test('a processing error is tried again', async () => {
    const { id, requestId } = await order('4000000000000259');
    assert.equal(await settled(id), 'paid');
    assert.deepEqual(await attempts(id), [{ attempt: 2, outcome: 'captured' }]);
    const lines = stack.services['payment-worker'].lines.filter(({ request_id }) => request_id === requestId);
    assert.deepEqual(
      lines.map(({ level, attempt }) => [level, attempt]),
      [
        ['warn', 1],
        ['info', 2],
      ],
    );
    assert.match(
      String((lines[0]?.err as { stack: string } | undefined)?.stack),
      /at .*services\/payment-worker\/gateway\.ts:\d+/,
    );
  });

  test('a payment that cannot be processed ends in the dead-letter queue', async () => {
    const { id } = await order('4000000000000119');
    assert.equal(await settled(id), 'payment_failed');
    assert.deepEqual(await attempts(id), [{ attempt: 4, outcome: 'processing_error' }]);
    const queue = new Queue(deadLetterQueue, { connection: { url: stack.queue.url } });
    const dead = await until('dead letter', () => queue.getJob(`dead-order-${id}`));
    assert.equal(dead.data.job.order_id, id);
    assert.match(dead.data.reason, /processing_error/);
    await queue.close();
  });

  test('a malformed job is given up at once and the next ones are charged', async () => {
    const queue = new Queue(paymentQueue, { connection: { url: stack.queue.url } });
    await queue.add('charge', { order_id: 'seven' }, { jobId: 'malformed', attempts: 4 });
    const { id } = await order('4242424242424242');
    assert.equal(await settled(id), 'paid');
    const dead = new Queue(deadLetterQueue, { connection: { url: stack.queue.url } });
    const letter = await until('dead letter', () => dead.getJob('dead-malformed'));
    assert.match(letter.data.reason, /order_id must be an integer/);
    await queue.close();
    await dead.close();
  });

  test('no card number is kept anywhere', async () => {
    const queue = new Queue(paymentQueue, { connection: { url: stack.queue.url } });
    const jobs = JSON.stringify(await queue.getJobs(['completed', 'failed', 'delayed']));
    await queue.close();
    assert.match(jobs, /card_last4/);
    assert.doesNotMatch(jobs, /4242424242424242|4000000000000/);
    const lines = JSON.stringify(Object.values(stack.services).map((service) => service.lines));
    assert.doesNotMatch(lines, /4242424242424242|4000000000000/);
  });
});
