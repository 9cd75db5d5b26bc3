import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ConvertReport } from '../../converters/convert.ts';
import type { Manifest } from '../../converters/dataset/manifest.ts';
import { openParquet } from '../../converters/dataset/parquet.ts';
import type { SignalCounts } from '../../infra/target.ts';
import { faultline, start } from '../cli/testing/command.ts';
import { testPython } from '../python/fixtures/python.ts';
import { scripts } from '../python/resolve.ts';
import type { AloneCollector } from './collector.test-world.ts';

export type Row = Readonly<Record<string, unknown>>;

export interface Converted {
  readonly manifest: Manifest;
  readonly flat: Readonly<Record<'logs' | 'traces' | 'metrics', readonly Row[]>>;
  /** All that an event says anywhere, also in its free-form objects, by its `metadata.uid`: as `value` and as `name=value`. */
  readonly values: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * `faultline convert` of what a collector wrote: as many rows as `rows` says, none of them refused, and every event valid, as `verify` says
 * and, where there is Python, as an independent validator says too.
 */
export async function convertAll(
  t: TestContext,
  { folder, source, rows }: { folder: string; source: AloneCollector['source']; rows: SignalCounts },
): Promise<Converted> {
  const args = ['convert', ...source.args, '--to', 'out', '--run-id', 'mine', '--json'];
  const made = await start({ folder, args, env: source.env }).ended;
  assert.equal(made.code, 0, made.stderr);
  const { signals, manifest } = JSON.parse(made.stdout) as ConvertReport & { manifest: Manifest };
  for (const signal of ['logs', 'traces', 'metrics'] as const) {
    const count = rows[signal];
    assert.deepEqual(signals[signal], { read: count, rows: count, rejected: 0, outside_window: 0 }, signal);
  }
  const total = rows.logs + rows.traces + rows.metrics;
  const out = join(folder, 'out/mine');
  const verified = await faultline(folder, 'verify', out, '--json');
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  assert.equal(JSON.parse(verified.stdout).events_validated, total);
  const python = await testPython(t);
  if (python) {
    const { checked, failed, verdict } = independently(python, out);
    assert.deepEqual([checked, failed], [total, 0], verdict.slice(0, 2000));
  }
  const [logs, traces, metrics] = await Promise.all(
    ['logs', 'traces', 'metrics'].map((signal) => rowsOf(join(out, `ocsf_${signal}.parquet`))),
  );
  return {
    manifest,
    flat: { logs: logs ?? [], traces: traces ?? [], metrics: metrics ?? [] },
    values: await valuesOf(join(out, 'ocsf')),
  };
}

function independently(python: string, folder: string) {
  const events = execFileSync(python, [scripts.readParquet, '--events', folder], { maxBuffer: 2 ** 28 });
  const verdict = execFileSync(python, [scripts.validateOcsf], { input: events, encoding: 'utf8' });
  const summary = JSON.parse(verdict.trim().split('\n').at(-1) ?? '') as { checked: number; failed: number };
  return { ...summary, verdict };
}

async function rowsOf(file: string): Promise<Row[]> {
  const parquet = await openParquet(file);
  const rows: Row[] = [];
  for await (const batch of parquet.objects()) rows.push(...batch);
  await parquet.close();
  return rows;
}

async function valuesOf(folder: string): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  const files = await readdir(folder, { recursive: true });
  for (const file of files.filter((name) => name.endsWith('.parquet')))
    for (const event of await rowsOf(join(folder, file))) {
      const values = new Set<string>();
      addValues(event, values);
      found.set((event.metadata as { uid: string }).uid, values);
    }
  return found;
}

/** Free-form objects are JSON text. What has a name is there as `name=value`, too. */
function addValues(value: unknown, into: Set<string>, name = ''): void {
  if (value === null || value === undefined) return;
  if (typeof value === 'object') {
    for (const [key, each] of Object.entries(value)) addValues(each, into, Array.isArray(value) ? name : key);
    return;
  }
  into.add(String(value)).add(`${name}=${value}`);
  if (typeof value === 'string' && /^[[{]/.test(value))
    try {
      addValues(JSON.parse(value), into, name);
    } catch {
      // a text that only begins like JSON
    }
}

/** Attributes that have a place of their own in OCSF; all others keep their names. */
const PLACED = /^(?:http|url|user_agent|server|network|peer|db|messaging|exception)\./;

/** Attributes that are nowhere in the event. */
export function lost(
  attributes: Readonly<Record<string, unknown>>,
  values: ReadonlySet<string> | undefined,
): string[] {
  const kept = (name: string) =>
    [attributes[name]]
      .flat()
      .every((each) => values?.has(PLACED.test(name) ? String(each) : `${name}=${each}`));
  return Object.keys(attributes).filter((name) => !kept(name));
}
