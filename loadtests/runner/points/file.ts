import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import type { MetricDefinition } from '../metrics/definition.ts';
import { parseSelector, type Sample } from '../metrics/store.ts';

/** Where samples go one by one. `ready` resolves when more may be written: callers wait for it, so memory stays flat. */
export interface PointSink {
  write(sample: Sample): void;
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** What a Metric line says besides the definition. */
export interface MetricLine {
  definition: MetricDefinition;
  thresholds: string[];
  selectors: string[];
}

/**
 * Streams points as NDJSON in the shape of k6's `--out json`: a `Metric` line before a metric's first `Point` line,
 * times in RFC 3339, `metadata` only where there is some.
 */
export class PointsFile implements PointSink {
  private readonly stream: WriteStream;
  private readonly describe: (metric: string) => MetricLine | undefined;
  private readonly announced = new Set<string>();
  private draining: Promise<void> | undefined;
  private failure: Error | undefined;

  constructor({ path, describe }: { path: string; describe: (metric: string) => MetricLine | undefined }) {
    this.describe = describe;
    this.stream = createWriteStream(path, { highWaterMark: 256 * 1024 });
    this.stream.on('error', (error) => {
      this.failure = error;
    });
  }

  write({ metric, time, value, tags, metadata }: Sample): void {
    if (!this.announced.has(metric)) this.announce(metric);
    const data = { time: new Date(time).toISOString(), value, tags, ...(metadata && { metadata }) };
    this.push({ metric, type: 'Point', data });
  }

  async ready(): Promise<void> {
    await this.draining;
    if (this.failure) throw this.failure;
  }

  async close(): Promise<void> {
    if (!this.failure) {
      this.stream.end();
      await once(this.stream, 'close');
    }
    if (this.failure) throw this.failure;
  }

  private announce(metric: string): void {
    this.announced.add(metric);
    const line = this.describe(metric);
    if (!line) return;
    const submetrics = line.selectors.map((name) => ({
      name,
      suffix: name.slice(metric.length + 1, -1),
      tags: Object.fromEntries(parseSelector(name).filter),
    }));
    const data = {
      ...line.definition,
      thresholds: line.thresholds,
      submetrics: submetrics.length > 0 ? submetrics : null,
    };
    this.push({ metric, type: 'Metric', data });
  }

  private push(line: object): void {
    // A stream that failed drains no more; ready() reports the failure.
    if (this.failure || this.stream.write(`${JSON.stringify(line)}\n`) || this.draining) return;
    this.draining = new Promise<void>((resolve) => {
      const done = () => {
        this.stream.off('drain', done).off('close', done);
        this.draining = undefined;
        resolve();
      };
      this.stream.on('drain', done).on('close', done);
    });
  }
}
