/** Versions that are accepted: `from` inclusive, `below` exclusive. */
export interface VersionRange {
  from: string;
  below?: string;
}

/** First `1.2` or `1.2.3` in a text, as a program prints it with `--version`; suffixes such as `-rc1` are not kept. */
export function versionIn(text: string, pattern = /(\d+\.\d+(?:\.\d+)?)/): string | undefined {
  return pattern.exec(text)?.[1];
}

export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let i = 0; i < 3; i += 1) {
    const difference = (left?.[i] ?? 0) - (right?.[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return 0;
}

export function inRange(version: string, { from, below }: VersionRange): boolean {
  return compareVersions(version, from) >= 0 && (below === undefined || compareVersions(version, below) < 0);
}

/** `>= 1.8.0, < 2.0.0` */
export function rangeText({ from, below }: VersionRange): string {
  return below === undefined ? `>= ${from}` : `>= ${from}, < ${below}`;
}
