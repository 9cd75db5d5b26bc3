import type { Quality, QualityCheck } from './quality.ts';

/** So many rows of a list are printed; the report has more. */
const PRINTED = 5;

/** A judgement as tables for a terminal. */
export function formatQuality(quality: Quality): string {
  return [
    verdict(quality),
    table(['', 'check', 'figure', 'limit'], quality.checks.filter(isOfUse).map(checkRow)),
    conservation(quality),
    kinds(quality),
    ...details(quality),
  ].join('\n\n');
}

/** A counter that is zero has nothing to say beside the others. */
const isOfUse = ({ name, ok }: QualityCheck) => !name.startsWith('counter_') || ok !== true;

function verdict({ run_id, sound, checks, window, counters }: Quality): string {
  const failed = checks.filter(({ ok }) => ok === false);
  const gates = failed.filter(({ gate }) => gate).length;
  const seconds = Math.round((window.end_ms - window.start_ms) / 1000);
  const zero = Object.values(counters).filter((value) => value === 0).length;
  const state = sound
    ? failed.length === 0
      ? 'sound, every check passed'
      : `sound, ${failed.length} mark(s)`
    : `NOT SOUND, ${gates} gate(s) failed`;
  return `run ${run_id}, ${seconds} s: ${state}; ${zero} of ${Object.keys(counters).length} loss counters are zero`;
}

function checkRow({ ok, gate, title, figure, limit }: QualityCheck): string[] {
  const sign = ok === null ? '?' : ok ? '✔' : gate ? '✖' : '!';
  return [sign, title, figure, limit];
}

function conservation({ conservation: c }: Quality): string {
  const rows = [
    ['client', 'sent', c.sent],
    ['client', 'answered', c.answered],
    ['client', 'unanswered', c.unanswered.count],
    ['raw', 'access lines of web-api', c.access_lines],
    ['raw', 'server spans of web-api', c.server_spans],
    ['Parquet', 'rows http.access of web-api', c.rows_http_access],
    ['Parquet', 'rows http.server of web-api', c.rows_http_server],
  ];
  return table(
    ['read from', 'request ids', 'count'],
    rows.map((row) => row.map(String)),
  );
}

function kinds({ kinds: counts }: Quality): string {
  return table(
    ['kind of event', 'rows', ''],
    counts.map(({ kind, rows, expected }) => [kind, String(rows), expected && rows === 0 ? 'MISSING' : '']),
  );
}

/** What is wrong, with the first of each. */
function details({ conservation: c, lines, leaks, clock, metrics }: Quality): string[] {
  const sections = [
    ...c.differences
      .filter(({ count }) => count > 0)
      .map((d) => list(`${d.count} ids in ${d.in} and not in ${d.not_in}`, d.ids, d.count)),
    list(
      `${c.unanswered.count} unanswered`,
      c.unanswered.requests.map(({ request_id, code }) => `${request_id} (error code ${code || 'none'})`),
    ),
    list(
      `${lines.missing} log lines missing`,
      lines.gaps.map(({ instance, from, to }) => `${instance}: ${from === to ? from : `${from} to ${to}`}`),
    ),
    list(
      `${leaks.count} texts with a word that tells`,
      leaks.found.map(
        ({ file, column, word, text }) => `${file} ${column}: "${word}" in ${JSON.stringify(text)}`,
      ),
      leaks.count,
    ),
    list(
      'clock offsets',
      clock.offsets
        .filter(({ offset_ms }) => Math.abs(offset_ms) > 50)
        .map(
          ({ client, server, offset_ms, pairs }) =>
            `${client} → ${server}: ${offset_ms} ms over ${pairs} calls`,
        ),
    ),
    list(
      `${metrics.missing} metric samples missing`,
      metrics.services
        .filter(({ missing }) => missing > 0)
        .map(
          ({ service, missing, samples, interval_ms }) =>
            `${service}: ${missing} beside ${samples}, every ${interval_ms / 1000} s`,
        ),
    ),
  ];
  return sections.filter((section) => section !== '');
}

function list(title: string, items: readonly string[], count = items.length): string {
  if (items.length === 0) return '';
  const more = count > PRINTED ? [`  … and ${count - PRINTED} more in report/quality.json`] : [];
  return [`${title}:`, ...items.slice(0, PRINTED).map((item) => `  ${item}`), ...more].join('\n');
}

/** Columns padded to their widest cell. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
