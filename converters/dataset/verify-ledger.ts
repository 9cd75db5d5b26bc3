import { type Finding, finding } from './finding.ts';
import { type LedgerLine, MANIFEST_FILE, type Manifest } from './manifest.ts';
import type { NestedRows } from './verify-events.ts';
import type { FlatRows } from './verify-rows.ts';

export interface VerifyLedgerOptions {
  readonly manifest: Manifest;
  readonly flat: Pick<FlatRows, 'rows' | 'kinds' | 'classes'>;
  readonly nested: Pick<NestedRows, 'rows' | 'classes' | 'folders'>;
  /** All files could be counted; else only the ledger's own sums are checked. */
  readonly complete: boolean;
}

/** The ledger adds up, and says what the files hold. */
export function verifyLedger({ manifest, flat, nested, complete }: VerifyLedgerOptions): Finding[] {
  const { ledger, kinds } = manifest;
  const problems = Object.entries(ledger.inputs).flatMap(([input, line]) => openLine(input, line));
  if (complete) {
    const written = Object.values(ledger.inputs).reduce((sum, line) => sum + line.written, 0);
    if (written !== flat.rows)
      problems.push(`written of all inputs must be the rows of the flat files, ${flat.rows}, got ${written}`);
    problems.push(...differing('kind', Object.entries(kinds), (kind) => flat.kinds.get(kind) ?? 0));
    problems.push(...differing('kind', [...flat.kinds], (kind) => kinds[kind] ?? 0, 'the files'));
    problems.push(...differing('class', Object.entries(ledger.classes), (name) => nestedCount(nested, name)));
  }
  const findings = problems.map((problem) => finding(MANIFEST_FILE, 'LEDGER_OPEN', problem));
  if (!complete) return findings;
  if (flat.rows !== nested.rows) {
    findings.push(
      finding(
        'ocsf/',
        'NESTED_DIFFER',
        `nested rows must be as many as flat rows, ${flat.rows}, got ${nested.rows}`,
      ),
    );
  }
  for (const [uid, count] of flat.classes) {
    const actual = nested.classes.get(uid) ?? 0;
    if (actual === count) continue;
    findings.push(
      finding(
        'ocsf/',
        'NESTED_DIFFER',
        `class ${uid} must have as many nested as flat rows, ${count}, got ${actual}`,
      ),
    );
  }
  return findings;
}

function openLine(
  input: string,
  { read, written, duplicate, rejected, outside_window }: LedgerLine,
): string[] {
  const sum = written + duplicate + rejected + outside_window;
  if (sum === read) return [];
  return [
    `${input}: read must equal written + duplicate + rejected + outside_window, got ${read} ≠ ` +
      `${written} + ${duplicate} + ${rejected} + ${outside_window} = ${sum}`,
  ];
}

/** Classes of a ledger go by uid or by the name of their folder. */
const nestedCount = ({ classes, folders }: VerifyLedgerOptions['nested'], name: string) =>
  (/^\d+$/.test(name) ? classes.get(Number(name)) : folders.get(name)) ?? 0;

function differing(
  what: string,
  stated: readonly (readonly [string, number])[],
  actualOf: (name: string) => number,
  by = 'the manifest',
): string[] {
  return stated
    .filter(([name, count]) => count !== actualOf(name))
    .map(
      ([name, count]) =>
        `${what} ${name}: ${by} has ${count} rows, and ${by === 'the files' ? 'the manifest' : 'the files'} have ${actualOf(name)}`,
    );
}
