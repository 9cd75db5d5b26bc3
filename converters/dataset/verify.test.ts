import assert from 'node:assert/strict';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { END_MS, makeDataset } from './dataset.test-world.ts';
import { verifyDataset } from './verify.ts';

type Options = NonNullable<Parameters<typeof makeDataset>[0]>;

/** Findings, as `CODE path`, of a dataset that was made wrong or damaged afterwards. */
async function findingsOf(t: TestContext, options: Options, damage?: (dataset: string) => Promise<unknown>) {
  const { dataset, close } = await makeDataset(options);
  t.after(close);
  await damage?.(dataset);
  const report = await verifyDataset({ directory: dataset });
  return {
    report,
    codes: report.findings.map(({ code, path }) => `${code} ${path}`),
    text: report.findings.map(({ problem }) => problem).join('\n'),
  };
}

const CHECKS = ['manifest', 'checksums', 'schema', 'ledger', 'joins', 'clocks'];

test('a dataset that is whole and valid has no finding', async (t) => {
  const { report } = await findingsOf(t, {});
  const { checks, ...rest } = report;
  assert.deepEqual(
    checks.map(({ name, ok, problems }) => [name, ok, problems]),
    [true, true, null, true, null, true].map((ok, i) => [CHECKS[i], ok, 0]),
    'events were not looked at one by one',
  );
  assert.match(checks[3]?.says ?? '', /^125 read = 120 written \+ 3 duplicate .* 120 rows are here$/);
  assert.deepEqual(rest, {
    findings: [],
    files: 12,
    rows: 120,
    events_validated: 0,
    forced: [],
    manifest_compared_with: null,
    detectors: null,
  });
});

test('without its labels it is whole too', async (t) => {
  const { codes, report } = await findingsOf(t, {}, (dataset) =>
    rm(join(dataset, 'labels'), { recursive: true }),
  );
  assert.deepEqual(codes, []);
  assert.equal(report.checks.find(({ name }) => name === 'clocks')?.ok, true);
});

const flip = (path: string) => async (dataset: string) => {
  const bytes = await readFile(join(dataset, path));
  bytes[40] = (bytes[40] ?? 0) ^ 4;
  await writeFile(join(dataset, path), bytes);
};

const damages: Record<
  string,
  [damage: (dataset: string) => Promise<unknown>, expected: string[], says: RegExp]
> = {
  'the manifest is missing': [
    (d) => rm(join(d, 'manifest.json')),
    ['MANIFEST_MISSING manifest.json'],
    /fetch the dataset again/,
  ],
  'the manifest is cut': [
    (d) => truncate(join(d, 'manifest.json'), 50),
    ['MANIFEST_INVALID manifest.json'],
    /must be JSON/,
  ],
  'a file is missing': [(d) => rm(join(d, 'README.md')), ['FILE_MISSING README.md'], /is not here/],
  'a file is unnamed': [
    (d) => writeFile(join(d, 'ocsf', 'extra.csv'), 'x'),
    ['FILE_UNNAMED ocsf/extra.csv'],
    /does not name/,
  ],
  'a file is truncated': [
    (d) => truncate(join(d, 'ocsf_logs.parquet'), 99),
    ['SIZE_DIFFERS ocsf_logs.parquet'],
    /got 99: it is truncated/,
  ],
  'one bit of a label is flipped': [
    flip('labels/ocsf_eval_subset.parquet'),
    ['HASH_DIFFERS labels/ocsf_eval_subset.parquet'],
    /at least one bit/,
  ],
  'one file of the labels is missing': [
    (d) => rm(join(d, 'labels/windows.parquet')),
    ['FILE_MISSING labels/windows.parquet'],
    /is not here/,
  ],
  'one bit is flipped': [
    flip('ocsf_metrics.parquet'),
    ['HASH_DIFFERS ocsf_metrics.parquet'],
    /at least one bit/,
  ],
};
for (const [title, [damage, expected, says]] of Object.entries(damages)) {
  test(`found: ${title}`, async (t) => {
    const { codes, text } = await findingsOf(t, {}, damage);
    assert.deepEqual(codes, expected);
    assert.match(text, says);
    assert.match(text, /To do: /);
  });
}

const wrongs: Record<string, [options: Options, expected: string[], says: RegExp]> = {
  'a ledger that does not add up': [
    {
      manifest: ({ manifest }) => {
        manifest.ledger.inputs.logs.read = 66;
      },
    },
    ['LEDGER_OPEN manifest.json'],
    /logs: read must equal .* got 66 ≠ 60 \+ 3 \+ 1 \+ 1 = 65/,
  ],
  'a ledger that adds up to other rows than there are': [
    {
      manifest: ({ manifest }) => {
        manifest.ledger.inputs.logs.written = 59;
        manifest.ledger.inputs.logs.duplicate = 4;
      },
    },
    ['LEDGER_OPEN manifest.json'],
    /written of all inputs must be the rows of the flat files, 120, got 119/,
  ],
  'a kind that is counted wrongly': [
    {
      manifest: ({ manifest }) => {
        manifest.kinds.log = 31;
      },
    },
    ['LEDGER_OPEN manifest.json', 'LEDGER_OPEN manifest.json'],
    /kind log: the manifest has 31 rows, and the files have 30/,
  ],
  'a class that is counted wrongly': [
    {
      manifest: ({ manifest }) => {
        manifest.ledger.classes.base_event = 1;
      },
    },
    ['LEDGER_OPEN manifest.json'],
    /class base_event: the manifest has 1 rows, and the files have 60/,
  ],
  'more rows than the manifest says': [
    { manifest: ({ manifest }) => void Object.assign(manifest.files[0] ?? {}, { rows: 29 }) },
    ['ROWS_DIFFER ocsf_logs.parquet'],
    /must have 29 rows, got 30/,
  ],
  'an event id that is there twice': [
    { rows: ({ rows }) => void Object.assign(rows.logs?.[1] ?? {}, { event_uid: 'logs-0000' }) },
    ['UID_REPEATED ocsf_logs.parquet'],
    /1 row is not; the first is row 1, event_uid logs-0000/,
  ],
  'an event id that two files share': [
    { rows: ({ rows }) => void Object.assign(rows.traces?.[0] ?? {}, { event_uid: 'logs-0000' }) },
    ['UID_REPEATED ocsf_traces.parquet'],
    /unique over the four files/,
  ],
  'rows in another order': [
    { rows: ({ rows }) => void rows.changes?.reverse() },
    ['NOT_SORTED ocsf_changes.parquet'],
    /sorted by \(time, event_uid\)/,
  ],
  'rows of one time in another order': [
    { rows: ({ rows }) => void rows.metrics?.splice(0, 2, ...(rows.metrics?.slice(0, 2).reverse() ?? [])) },
    ['NOT_SORTED ocsf_metrics.parquet'],
    /1 row is not; the first is row 1/,
  ],
  'times before the window': [
    { rows: ({ rows }) => void Object.assign(rows.logs?.[0] ?? {}, { time: Date.UTC(2026, 10, 24, 5, 39) }) },
    ['OUTSIDE_WINDOW ocsf_logs.parquet'],
    /must be in the window/,
  ],
  'the end of the window, which is exclusive': [
    {
      manifest: ({ manifest }) => {
        manifest.window.end_ms = manifest.window.start_ms + 14_000;
      },
    },
    ['logs', 'traces', 'metrics', 'changes'].map((signal) => `OUTSIDE_WINDOW ocsf_${signal}.parquet`),
    /2 rows are not/,
  ],
};
for (const [title, [options, expected, says]] of Object.entries(wrongs)) {
  test(`found: ${title}`, async (t) => {
    const { codes, text } = await findingsOf(t, options);
    assert.deepEqual(codes, expected, text);
    assert.match(text, says);
  });
}

test('found: bytes that are no Parquet, although the manifest vouches for them', async (t) => {
  const { dataset, close } = await makeDataset();
  t.after(close);
  const { createHash } = await import('node:crypto');
  const manifest = JSON.parse(await readFile(join(dataset, 'manifest.json'), 'utf8'));
  const bytes = Buffer.from('no Parquet at all');
  await writeFile(join(dataset, 'ocsf_logs.parquet'), bytes);
  Object.assign(manifest.files[0], {
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  });
  await writeFile(join(dataset, 'manifest.json'), JSON.stringify(manifest));
  const { findings } = await verifyDataset({ directory: dataset });
  assert.deepEqual(
    findings.map(({ code, path }) => `${code} ${path}`),
    ['SUMS_DIFFER SHA256SUMS', 'PARQUET_UNREADABLE ocsf_logs.parquet'],
  );
});

test('found: nested rows that the flat files lack', async (t) => {
  const { codes, text } = await findingsOf(t, {
    manifest: ({ manifest }) => {
      manifest.files = manifest.files.filter(({ path }) => !path.startsWith('ocsf/http'));
    },
  });
  assert.deepEqual(codes, [
    'FILE_UNNAMED ocsf/http_activity/part-0.parquet',
    'LEDGER_OPEN manifest.json',
    'NESTED_DIFFER ocsf/',
    'NESTED_DIFFER ocsf/',
  ]);
  assert.match(text, /class 4002 must have as many nested as flat rows, 30, got 0/);
});

test('the deep step is given each event as it was, and its complaints are shown', async (t) => {
  const { dataset, close } = await makeDataset();
  t.after(close);
  const events: Record<string, unknown>[] = [];
  const report = await verifyDataset({
    directory: dataset,
    validateEvent: (event) => {
      events.push(event);
      return event.class_uid === 4002 ? ['status_id must be a number'] : [];
    },
  });
  assert.equal(report.events_validated, 120);
  assert.equal(events.length, 120);
  assert.deepEqual(events[1], {
    class_uid: 0,
    time: events[0]?.time,
    metadata: { uid: 'logs-0001' },
    unmapped: { a: { b: 1 } },
  });
  assert.ok(events[0] && !('unmapped' in events[0]), 'a null is an attribute that is not there');
  assert.deepEqual(
    report.findings.map(({ code, path }) => `${code} ${path}`),
    ['EVENT_INVALID ocsf/http_activity/part-0.parquet'],
  );
  assert.match(
    report.findings[0]?.problem ?? '',
    /30 are not: traces-0000: status_id must be a number; .*and 25 more/,
  );
});

test('found: labels outside of the window, and of events that are not there', async (t) => {
  const { codes, text } = await findingsOf(t, {
    rows: ({ rows }) => {
      const [first, second, ...rest] = rows.logs?.slice(0, 4) ?? [];
      if (!first || !second) return;
      rows.labels = [{ ...first, time: END_MS }, { ...second, event_uid: 'of-another-run' }, ...rest];
    },
  });
  assert.deepEqual(codes, [
    'LABEL_OUTSIDE labels/ocsf_eval_subset.parquet',
    'LABEL_UNKNOWN labels/ocsf_eval_subset.parquet',
  ]);
  assert.match(text, /1 are not; the first is time \d+ of row 0/);
  assert.match(text, /the first is of-another-run of row 1/);
});

test('found: sums of the labels that are not those of the labels', async (t) => {
  const { codes } = await findingsOf(t, {
    manifest: ({ manifest }) => {
      const [windows, events] = ['labels/windows.parquet', 'labels/ocsf_eval_subset.parquet'].map((path) =>
        manifest.files.find((file) => file.path === path),
      );
      if (windows && events) windows.sha256 = events.sha256;
    },
  });
  assert.deepEqual(codes, ['HASH_DIFFERS labels/windows.parquet', 'SUMS_DIFFER labels/SHA256SUMS']);
});

test('a dataset that was published though it failed a gate says so', async (t) => {
  const { report } = await findingsOf(t, {
    manifest: ({ manifest }) => void Object.assign(manifest, { forced: ['leaks'] }),
  });
  assert.deepEqual([report.findings, report.forced], [[], ['leaks']]);
});
