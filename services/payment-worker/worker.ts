import { SpanStatusCode, trace } from '@opentelemetry/api';
import { type Job, type Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Pool } from 'pg';
import { Counter, Histogram } from 'prom-client';
import { reasonOf, StorefrontError } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { type PaymentJob, parsePaymentJob, paymentQueue } from '../payments/job.ts';
import { queueTelemetry } from '../payments/queue-telemetry.ts';
import { chargeOrder, type Settled, settle } from './charge-order.ts';

const jobDuration = new Histogram({
  name: 'payment_job_duration_seconds',
  help: 'Time from the start of an attempt to its end, by result.',
  labelNames: ['result'] as const,
  buckets: [0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2],
});
const jobWait = new Histogram({
  name: 'payment_job_wait_seconds',
  help: 'Time from the publication of a job to the start of its first attempt.',
  buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60],
});
const deadLettered = new Counter({ name: 'payment_jobs_dead_lettered_total', help: 'Jobs given up.' });

/** Takes payment jobs, `concurrency` at a time, until it is closed; a closing worker ends what it has begun. */
export function startWorker({
  queueUrl,
  concurrency,
  database,
  deadLetters,
  log,
}: {
  queueUrl: string;
  concurrency: number;
  database: Pool;
  deadLetters: Queue;
  log: Logger;
}): Worker<PaymentJob> {
  const worker = new Worker<PaymentJob>(
    paymentQueue,
    (job) => attemptJob({ job, database, deadLetters, log }),
    {
      // A worker waits for its queue for as long as it takes: no limit on retries here.
      connection: { url: queueUrl, maxRetriesPerRequest: null, connectTimeout: 1_000 },
      concurrency,
      telemetry: queueTelemetry(),
    },
  );
  worker.on('error', (error) => log.warn(`payment queue failed: ${reasonOf(error)}`));
  return worker;
}

async function attemptJob({
  job,
  database,
  deadLetters,
  log,
}: {
  job: Job<PaymentJob>;
  database: Pool;
  deadLetters: Queue;
  log: Logger;
}): Promise<Settled> {
  const attempt = job.attemptsMade + 1;
  const started = performance.now();
  const done = (result: string) => jobDuration.observe({ result }, (performance.now() - started) / 1000);
  if (attempt === 1) jobWait.observe(Math.max(0, Date.now() - job.timestamp) / 1000);
  const about = { order_id: job.data?.order_id, request_id: job.data?.request_id, job_id: job.id, attempt };
  trace
    .getActiveSpan()
    ?.setAttributes({ 'messaging.destination.name': paymentQueue, 'bullmq.job.attempt': attempt });
  try {
    const result = await chargeOrder({ database, job: parsePaymentJob(job.data), attempt });
    done(result);
    log[result === 'declined' ? 'warn' : 'info'](about, `payment ${result}`);
    return result;
  } catch (error) {
    trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR, message: reasonOf(error) });
    const malformed = error instanceof StorefrontError && error.code === 'PAYMENT_JOB_INVALID';
    const last = malformed || attempt >= (job.opts.attempts ?? 1);
    done(last ? 'dead_lettered' : 'retried');
    if (!last) {
      log.warn({ ...about, err: error }, 'payment attempt failed, will be tried again');
      throw error;
    }
    log.error({ ...about, err: error }, 'payment given up');
    await giveUp({ job, attempt, error, database, deadLetters });
    throw malformed ? new UnrecoverableError(reasonOf(error)) : error;
  }
}

/** The job is kept for people to look at, and its order does not stay pending. Runs before the job counts as failed. */
async function giveUp({
  job,
  attempt,
  error,
  database,
  deadLetters,
}: {
  job: Job<PaymentJob>;
  attempt: number;
  error: unknown;
  database: Pool;
  deadLetters: Queue;
}): Promise<void> {
  await deadLetters.add('payment', { job: job.data, reason: reasonOf(error) }, { jobId: `dead-${job.id}` });
  deadLettered.inc();
  const orderId = job.data?.order_id;
  if (!Number.isInteger(orderId)) return;
  const outcome = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  await settle({ database, orderId, status: 'payment_failed', attempt, outcome, reference: null });
}
