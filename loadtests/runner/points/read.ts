import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import type { MetricDefinition } from '../metrics/definition.ts';
import type { Sample } from '../metrics/store.ts';

type Line =
  | { type: 'Metric'; metric: string; data: MetricDefinition }
  | {
      type: 'Point';
      metric: string;
      data: {
        time: string;
        value: number;
        tags: Record<string, string> | null;
        metadata?: Record<string, string> | null;
      };
    };

/** Lines of a points file, as text. */
export const linesOf = (path: string): AsyncIterable<string> =>
  createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });

/** The samples of a points file, in its order. */
export async function* readSamples(path: string): AsyncGenerator<Sample> {
  for await (const text of linesOf(path)) {
    const line = parseLine(text);
    if (line?.type !== 'Point') continue;
    const { time, value, tags } = line.data;
    yield { metric: line.metric, time: Date.parse(time), value, tags: tags ?? {} };
  }
}

/** One line of a points file; undefined for one that was cut off when the program was killed. */
export function parseLine(text: string): Line | undefined {
  try {
    return JSON.parse(text) as Line;
  } catch {
    return undefined;
  }
}
