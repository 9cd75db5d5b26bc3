import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Cost } from './measurement.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the scripts run with. */
export const PEER = {
  requirements: here('./peer/requirements.txt'),
  needs: 'the benchmark’s peer needs',
};
export type PeerScript = 'spans_protobuf.py' | 'spans_json.py' | 'logs.py';

/** Runs a script over the raw objects of a folder. Rejects, with what it wrote, where it fails. */
export async function runPeer({
  python,
  script,
  raw,
  output,
}: {
  python: string;
  script: PeerScript;
  raw: string;
  /** A Parquet file. */
  output: string;
}): Promise<Cost> {
  const { stdout } = await promisify(execFile)(python, [here(`./peer/${script}`), raw, output]);
  const said = JSON.parse(stdout) as Record<'rows' | 'seconds' | 'cpu_seconds' | 'peak_rss_bytes', number>;
  return {
    ...{ rows: said.rows, seconds: said.seconds },
    ...{ cpuSeconds: said.cpu_seconds, peakRssBytes: said.peak_rss_bytes },
  };
}
