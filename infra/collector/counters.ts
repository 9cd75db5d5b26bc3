import type { SignalCounts } from '../target.ts';

/** The collector's own counters that say whether anything was lost or still waits. */
export interface Counters {
  readonly accepted: SignalCounts;
  readonly refused: SignalCounts;
  readonly sent: SignalCounts;
  readonly sendFailed: SignalCounts;
  readonly enqueueFailed: SignalCounts;
  /** Requests in the sending queues, with those under way. */
  readonly queued: SignalCounts;
  /** Records that came from log files, or were forwarded. */
  readonly linesRead: number;
}

const ITEMS = { logs: 'log_records', traces: 'spans', metrics: 'metric_points' } as const;

/** One reading of the page where the collector's own metrics are. */
export async function readCounters(url: string): Promise<Counters> {
  const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2000) });
  if (!response.ok) throw new Error(`GET ${url}/metrics answered ${response.status}`);
  return parseCounters(await response.text());
}

/** A Prometheus server gets some metrics as well: a copy for live queries, which is no part of the raw data. */
const COPY = 'exporter="prometheusremotewrite"';

/** Reads the Prometheus text format. */
export function parseCounters(page: string): Counters {
  const samples = [...page.matchAll(/^(otelcol_\w+?)(?:_total)?\{([^}]*)\} (\S+)$/gm)]
    .map(([, name = '', labels = '', value = '']) => ({ name, labels, value: Number(value) }))
    .filter(({ labels }) => !labels.includes(COPY));
  const sum = (name: string, label = '') =>
    samples
      .filter((sample) => sample.name === name && sample.labels.includes(label))
      .reduce((total, { value }) => total + value, 0);
  const signals = (prefix: string): SignalCounts => ({
    logs: sum(`${prefix}_${ITEMS.logs}`),
    traces: sum(`${prefix}_${ITEMS.traces}`),
    metrics: sum(`${prefix}_${ITEMS.metrics}`),
  });
  return {
    accepted: signals('otelcol_receiver_accepted'),
    // "refused" by what comes after the receiver, "failed" within it
    refused: add(signals('otelcol_receiver_refused'), signals('otelcol_receiver_failed')),
    sent: signals('otelcol_exporter_sent'),
    sendFailed: signals('otelcol_exporter_send_failed'),
    enqueueFailed: signals('otelcol_exporter_enqueue_failed'),
    queued: {
      logs: sum('otelcol_exporter_queue_size', 'data_type="logs"'),
      traces: sum('otelcol_exporter_queue_size', 'data_type="traces"'),
      metrics: sum('otelcol_exporter_queue_size', 'data_type="metrics"'),
    },
    linesRead:
      sum('otelcol_receiver_accepted_log_records', 'receiver="filelog"') +
      sum('otelcol_receiver_accepted_log_records', 'receiver="fluentforward"'),
  };
}

/** Counters of a collector that has just started, and of none. */
export const NO_COUNTERS: Counters = parseCounters('');

/** Sums of two processes; what is queued is only what the later one has. */
export function addCounters(earlier: Counters, later: Counters): Counters {
  return {
    accepted: add(earlier.accepted, later.accepted),
    refused: add(earlier.refused, later.refused),
    sent: add(earlier.sent, later.sent),
    sendFailed: add(earlier.sendFailed, later.sendFailed),
    enqueueFailed: add(earlier.enqueueFailed, later.enqueueFailed),
    queued: later.queued,
    linesRead: earlier.linesRead + later.linesRead,
  };
}

/** What was counted after `earlier`, by the same collector (negative where it was restarted); what is queued is what is queued now. */
export function countersSince(earlier: Counters, now: Counters): Counters {
  const minus = ({ logs, traces, metrics }: SignalCounts): SignalCounts => ({
    logs: -logs,
    traces: -traces,
    metrics: -metrics,
  });
  return addCounters(
    {
      accepted: minus(earlier.accepted),
      refused: minus(earlier.refused),
      sent: minus(earlier.sent),
      sendFailed: minus(earlier.sendFailed),
      enqueueFailed: minus(earlier.enqueueFailed),
      queued: earlier.queued,
      linesRead: -earlier.linesRead,
    },
    now,
  );
}

function add(a: SignalCounts, b: SignalCounts): SignalCounts {
  return { logs: a.logs + b.logs, traces: a.traces + b.traces, metrics: a.metrics + b.metrics };
}
