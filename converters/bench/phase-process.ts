/** One phase of the path in a process of its own, which is all that its peak memory belongs to: `phase-process.ts <phase> <dir> <requests> <workers>`. */
import { join } from 'node:path';
import { convertRun } from '../convert.ts';
import { rawKeys } from '../read/raw-keys.ts';
import { onePiece } from '../read/raw-object.ts';
import { StringPool } from '../read/strings.ts';
import { walk } from '../read/walk.ts';
import type { RunRecord } from '../run/record.ts';
import { mergeParts, partReader, partsOf } from '../seal/merge.ts';
import { loadPartSets } from '../seal/part-sets.ts';
import { sealRun } from '../seal/seal.ts';
import { openStore } from '../store/open.ts';
import type { ObjectStore } from '../store/store.ts';
import { DatasetWriter } from '../write/dataset-writer.ts';
import { benchRecord } from './dataset.ts';
import { type Measured, PHASES, type Phase } from './phase.ts';

async function run(phase: Phase, dir: string, requests: number, workers: number): Promise<Measured> {
  const idleRssBytes = process.memoryUsage.rss();
  const cpu = process.cpuUsage();
  const began = performance.now();
  const rows = await RUN[phase]({
    raw: openStore(join(dir, 'raw')),
    record: benchRecord(requests),
    dir,
    workers,
  });
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    rows,
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakRssBytes: process.resourceUsage().maxRSS * 1024,
    idleRssBytes,
  };
}

interface Run {
  readonly raw: ObjectStore;
  readonly record: RunRecord;
  readonly dir: string;
  readonly workers: number;
}

/** Each gives the rows that it went through. */
const RUN: Readonly<Record<Phase, (run: Run) => Promise<number>>> = {
  convert: async ({ raw, record, workers }) => {
    const { signals } = await convertRun({ raw, record, workers });
    return signals.logs.rows + signals.traces.rows + signals.metrics.rows;
  },
  seal: async ({ raw, record, dir }) => {
    const { ledger } = await sealRun({ raw, datasets: openStore(join(dir, 'datasets')), record });
    return Object.values(ledger.classes).reduce((sum, count) => sum + count, 0);
  },
  'merge-flat': async ({ raw, record, dir }) => {
    const writer = new DatasetWriter({ dir: join(dir, 'flat'), runId: record.run_id, nested: false });
    const parts = partsOf(await loadPartSets({ raw, record }));
    const open = partReader({ raw, runId: record.run_id });
    for await (const { rows, signals } of mergeParts({ parts, open, endMs: Number.POSITIVE_INFINITY }))
      await writer.write(rows, signals);
    return (await writer.close()).reduce((sum, { rows }) => sum + rows, 0);
  },
  read: async ({ raw, record }) => {
    let records = 0;
    const count = () => {
      records++;
    };
    for await (const key of rawKeys({ raw, record })) {
      const { bytes } = onePiece({ key, packed: await raw.get(key) });
      walk({ bytes, pool: new StringPool(), visitor: { record: count, reject: count } });
    }
    return records;
  },
};

const [phase, dir = '', requests, workers = '1'] = process.argv.slice(2);
const known = PHASES.find((name) => name === phase);
if (!known) throw new RangeError(`no phase: ${phase}`);
console.log(JSON.stringify(await run(known, dir, Number(requests), Number(workers))));
