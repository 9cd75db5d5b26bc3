import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { testPython } from '../../tools/python/fixtures/python.ts';
import type { Line } from './measurement.ts';
import { PEER } from './peer.ts';
import { sameRows } from './same-rows.ts';
import { Bench } from './sections.ts';

const run = promisify(execFile);
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const SPANS = 1_600;

async function scratch(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bench-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

test('the peer writes the same rows, of spans, of spans as JSON and of logs; a changed value is found', async (t) => {
  const python = await testPython(t, PEER);
  if (!python) return;
  const dir = await scratch(t);
  const bench = new Bench({ dir, spans: SPANS, python, say: (text) => t.diagnostic(text) });
  for (const section of ['spans', 'json', 'logs'] as const) {
    const lines = await bench.section(section);
    assert.ok(lines.length >= 4);
    for (const line of lines) {
      assert.equal(line.rows, SPANS, line.name);
      assert.ok(line.against === 'peer' && line.ratio !== null && line.ratio > 0, line.name);
    }
  }
  const [spans, json] = ['spans', 'json'].map((input) => join(dir, input, 'flat/ocsf_traces.parquet'));
  assert.ok(spans && json);
  assert.ok((await readFile(spans)).equals(await readFile(json)), 'JSON becomes the same bytes');

  const changed = join(dir, 'peer');
  await cp(here('./peer'), changed, { recursive: true });
  const script = await readFile(join(changed, 'spans.py'), 'utf8');
  await writeFile(
    join(changed, 'spans.py'),
    script.replace('"Logon"', '"Logoff"').replace('"Validate Token"', '"Validate"'),
  );
  const other = join(dir, 'other.parquet');
  await run(python, [join(changed, 'spans_protobuf.py'), join(dir, 'spans/raw'), other]);
  await assert.rejects(
    sameRows(spans, other),
    /activity_name of row \d+ is "Validate Token", that of the peer "Validate"/,
  );
  await assert.rejects(sameRows(join(dir, 'logs/flat/ocsf_logs.parquet'), other), /event_uid of row 0/);
});

test('bench measures memory and threads without the peer, and says what it does not know', async () => {
  const bench = ['--import', 'tsx', here('./bench.ts')];
  const flags = ['--spans', String(SPANS), '--no-peer', '--json'];
  const { stdout } = await run(process.execPath, [...bench, ...flags, '--only', 'threads,memory']);
  const { lines } = JSON.parse(stdout) as { lines: Line[] };
  const found = lines.map(({ section, name, rows, against }) => [section, name, rows, against]);
  assert.deepEqual(found, [
    ['memory', 'convert, an eighth', SPANS / 8, null],
    ['memory', 'convert', SPANS, 'eighth'],
    ['memory', 'merge, flat, an eighth', SPANS / 8, null],
    ['memory', 'merge, flat', SPANS, 'eighth'],
    ['memory', 'seal, flat and nested, an eighth', SPANS / 8, null],
    ['memory', 'seal, flat and nested', SPANS, 'eighth'],
    ['threads', 'convert', SPANS, 'thread'],
    ['threads', 'convert, 2 threads', SPANS, 'thread'],
    ['threads', 'convert, again', SPANS, 'thread'],
  ]);
  assert.ok(lines.every(({ ratio, against }) => (ratio === null) === (against === null)));
  await assert.rejects(run(process.execPath, [...bench, '--only', 'spans,rust']), {
    code: 1,
    stderr: /sections are spans, json, logs, memory, threads, got "rust"/,
  });
});
