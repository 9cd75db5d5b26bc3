import { join } from 'node:path';
import { openStore } from '../store/open.ts';
import { benchRecord, putRaw } from './dataset.ts';
import { lineObjects } from './lines.ts';
import type { PeerScript } from './peer.ts';

/** Spans of a request. */
const REQUEST = 8;

/** Raw objects of made-up telemetry, in a folder of their own. */
export interface Input {
  /** For the reader: what is being made. */
  readonly text: string;
  readonly script: PeerScript;
  /** The flat file that its rows go to. */
  readonly file: string;
  /** Requests of the storefront, 10 ms each: how long the window of the run is. */
  readonly requests: (spans: number) => number;
  /** Makes the raw objects of so many spans, or log lines, below `<dir>/raw`. */
  readonly put: (of: { dir: string; spans: number }) => Promise<unknown>;
}

const requests = (spans: number) => Math.ceil(spans / REQUEST);
const SPANS = { file: 'ocsf_traces.parquet', requests } as const;

export const INPUTS = {
  spans: {
    ...{ ...SPANS, text: 'spans as OTLP protobuf', script: 'spans_protobuf.py' },
    put: ({ dir, spans }) => putRaw({ dir, requests: requests(spans), signals: ['traces'] }),
  },
  eighth: {
    ...{ ...SPANS, text: 'an eighth of the spans', script: 'spans_protobuf.py' },
    requests: (spans) => requests(spans / 8),
    put: ({ dir, spans }) => putRaw({ dir, requests: requests(spans / 8), signals: ['traces'] }),
  },
  json: {
    ...{ ...SPANS, text: 'the same spans as OTLP JSON', script: 'spans_json.py' },
    put: ({ dir, spans }) =>
      putRaw({ dir, requests: requests(spans), signals: ['traces'], spanFormat: 'json' }),
  },
  logs: {
    text: 'log lines as OTLP protobuf',
    script: 'logs.py',
    file: 'ocsf_logs.parquet',
    requests: (lines) => lines,
    put: async ({ dir, spans: lines }) => {
      const raw = openStore(join(dir, 'raw'));
      const start = benchRecord(lines).window.start_ms;
      for (const { key, bytes } of lineObjects({ lines, start })) await raw.put(key, bytes);
    },
  },
} as const satisfies Record<string, Input>;
export type InputName = keyof typeof INPUTS;
