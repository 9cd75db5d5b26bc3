import { gunzipSync, gzipSync } from 'node:zlib';
import { benchRecord } from '../bench/dataset.ts';
import { rawObjects } from '../bench/telemetry.ts';
import type { Signal } from '../read/raw-object.ts';
import type { RunRecord } from '../run/record.ts';
import { EVERY_KIND, EVERY_KIND_RUN } from '../write/every-kind.test-world.ts';

/** Telemetry in one of the forms that the converter reads. */
export interface Form {
  readonly name: string;
  readonly run: RunRecord;
  /** Key of the object number n. */
  readonly key: (n: number) => string;
  readonly bytes: Uint8Array;
}

export const OWN: RunRecord = { ...EVERY_KIND_RUN, run_id: 'own' };
export const FOREIGN: RunRecord = {
  ...{ ...EVERY_KIND_RUN, run_id: 'foreign', target: 'foreign' },
  raw: { prefix: 'memory:', drained_ms: EVERY_KIND_RUN.raw.drained_ms },
};

const binary = [...rawObjects({ requests: 8, start: benchRecord(8).window.start_ms, perObject: 8 })] as const;
const json = EVERY_KIND.map(({ key, bytes }) => ({
  signal: /(logs|traces|metrics)_/.exec(key)?.[1] as Signal,
  text: gunzipSync(bytes).toString('utf8'),
}));

/** Behind its length in four bytes, as the file exporter writes it. */
function framed(request: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(request.length);
  return Buffer.concat([length, request]);
}

const own = (signal: string, end: string) => (n: number) => `raw/2026/11/24/06/00/${signal}_${n}.${end}`;
const foreign = (name: string) => (n: number) => `${name}/${n}`;
const all = Buffer.from(`${json.map(({ text }) => text).join('\n')}\n`);
const pretty = Buffer.from(json.map(({ text }) => JSON.stringify(JSON.parse(text), null, 1)).join('\n'));
const requests = binary.map(({ bytes }) => gunzipSync(bytes));
const frames = Buffer.concat([...requests, ...requests].map(framed));

export const FORMS: readonly Form[] = [
  ...binary.map(({ signal, bytes }) => ({
    ...{ name: `${signal}, protobuf, gzip`, run: OWN, key: own(signal, 'binpb.gz'), bytes },
  })),
  ...binary.map(({ signal, bytes }) => ({
    ...{ name: `${signal}, protobuf`, run: OWN, key: own(signal, 'binpb'), bytes: gunzipSync(bytes) },
  })),
  ...json.map(({ signal, text }) => ({
    ...{ name: `${signal}, JSON`, run: OWN, key: own(signal, 'json'), bytes: Buffer.from(text) },
  })),
  ...json.map(({ signal, text }) => ({
    ...{ name: `${signal}, JSON, gzip`, run: OWN, key: own(signal, 'json.gz'), bytes: gzipSync(text) },
  })),
  ...requests.map((bytes, i) => ({
    ...{ name: `foreign protobuf ${i}`, run: FOREIGN, key: foreign(`pb${i}`), bytes },
  })),
  { name: 'JSON lines', run: FOREIGN, key: foreign('lines'), bytes: all },
  { name: 'JSON lines, gzip', run: FOREIGN, key: foreign('lines-gz'), bytes: gzipSync(all) },
  { name: 'JSON over several lines', run: FOREIGN, key: foreign('pretty'), bytes: pretty },
  { name: 'framed protobuf', run: FOREIGN, key: foreign('framed'), bytes: frames },
  { name: 'framed protobuf, gzip', run: FOREIGN, key: foreign('framed-gz'), bytes: gzipSync(frames) },
];
