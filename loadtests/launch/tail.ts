import { open } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import type { LoadProgress } from '../load.ts';
import { parseLine } from '../runner/points/read.ts';

/** Counts what a growing points file says, for progress while k6 runs. */
export class PointsTail {
  private readonly path: string;
  private readonly startedAt = performance.now();
  private readonly decoder = new StringDecoder('utf8');
  private readonly counts = { iterations: 0, requests: 0, failures: 0, dropped: 0 };
  private offset = 0;
  private rest = '';

  constructor({ path }: { path: string }) {
    this.path = path;
  }

  /** Reads what was added since the last call. A file that is not there yet counts as empty. */
  async read(): Promise<LoadProgress> {
    const file = await open(this.path).catch(() => undefined);
    try {
      const buffer = Buffer.alloc(256 * 1024);
      for (let more = file !== undefined; more && file; ) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, this.offset);
        this.offset += bytesRead;
        this.take(this.decoder.write(buffer.subarray(0, bytesRead)));
        more = bytesRead === buffer.length;
      }
    } finally {
      await file?.close();
    }
    const elapsedMs = performance.now() - this.startedAt;
    return { elapsedMs, ...this.counts, requestsPerSecond: this.counts.requests / (elapsedMs / 1000) };
  }

  private take(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) {
      const point = parseLine(line);
      if (point?.type !== 'Point') continue;
      if (point.metric === 'iterations') this.counts.iterations += point.data.value;
      if (point.metric === 'http_reqs') this.counts.requests += point.data.value;
      if (point.metric === 'http_req_failed') this.counts.failures += point.data.value;
      if (point.metric === 'dropped_iterations') this.counts.dropped += point.data.value;
    }
  }
}
