import type { Queue } from 'bullmq';
import { Gauge } from 'prom-client';

const states = ['waiting', 'active', 'delayed', 'failed'] as const;

/**
 * Gauges of a queue's depth and age. They ask redis when they are read; while it does not answer they are absent, since a
 * stale depth is worse than none.
 */
export function measureQueue({ queue, name }: { queue: Queue; name: string }): void {
  new Gauge({
    name: `${name}_jobs`,
    help: 'Jobs by state: waiting, active, delayed (for a retry), failed (kept for a while).',
    labelNames: ['state'] as const,
    async collect() {
      try {
        const counts = await queue.getJobCounts(...states);
        for (const state of states) this.set({ state }, counts[state] ?? 0);
      } catch {
        this.reset();
      }
    },
  });
  new Gauge({
    name: `${name}_oldest_job_age_seconds`,
    help: 'Age of the job that has waited longest, 0 when none waits.',
    async collect() {
      try {
        const [oldest] = await queue.getWaiting(0, 0);
        this.set(oldest ? Math.max(0, (Date.now() - oldest.timestamp) / 1000) : 0);
      } catch {
        this.reset();
      }
    },
  });
}
