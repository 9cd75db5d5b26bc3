import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DETECTORS_FILE } from '../judge/detectors.ts';
import { FULL_REPORT_FILE } from '../report/files.ts';
import { errnoOf } from '../store/files.ts';
import { filesBelow } from './files-below.ts';
import { type Finding, finding } from './finding.ts';
import { MANIFEST_FILE, type Manifest, type ManifestFile } from './manifest.ts';
import { hashFile, LABELS, LABELS_SUMS_FILE, parseSums, SUMS_FILE } from './sums.ts';

export interface VerifyFilesOptions {
  readonly directory: string;
  readonly manifest: Manifest;
  readonly progress: (text: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Every named file is here with its bytes and hash, and nothing else is but what can be made anew: the detectors' report, the full report. `whole` has the files that can be trusted. */
export async function verifyFiles(
  options: VerifyFilesOptions,
): Promise<{ findings: Finding[]; whole: Map<string, ManifestFile> }> {
  const { directory, manifest, progress } = options;
  const findings: Finding[] = [];
  const whole = new Map<string, ManifestFile>();
  const present = await filesBelow(directory);
  const named = new Set([
    MANIFEST_FILE,
    DETECTORS_FILE,
    FULL_REPORT_FILE,
    ...manifest.files.map(({ path }) => path),
  ]);
  for (const path of present) {
    if (!named.has(path))
      findings.push(
        finding(path, 'FILE_UNNAMED', 'the manifest must name every file, and does not name this one'),
      );
  }
  // Ground truth is optional, as a whole.
  const labels = present.some((path) => path.startsWith(LABELS));
  for (const file of manifest.files) {
    if (file.path.startsWith(LABELS) && !labels) continue;
    progress(`checksums: ${file.path}`);
    const wrong = await fileProblem({ ...options, file });
    if (wrong) findings.push(wrong);
    else whole.set(file.path, file);
  }
  for (const sums of [SUMS_FILE, LABELS_SUMS_FILE])
    if (whole.has(sums)) findings.push(...(await sumsProblems({ directory, manifest, sums })));
  return { findings, whole };
}

async function fileProblem({
  directory,
  file,
  signal,
}: VerifyFilesOptions & { file: ManifestFile }): Promise<Finding | undefined> {
  const { path } = file;
  try {
    const actual = await hashFile(join(directory, path), signal);
    if (actual.bytes !== file.bytes) {
      const what = actual.bytes < file.bytes ? 'it is truncated' : 'it is too long';
      return finding(path, 'SIZE_DIFFERS', `must have ${file.bytes} bytes, got ${actual.bytes}: ${what}`);
    }
    if (actual.sha256 === file.sha256) return undefined;
    return finding(
      path,
      'HASH_DIFFERS',
      `must have SHA-256 ${file.sha256}, got ${actual.sha256}: at least one bit differs`,
    );
  } catch (error) {
    if (signal?.aborted) throw error;
    if (errnoOf(error) === 'ENOENT')
      return finding(path, 'FILE_MISSING', 'the manifest names this file, and it is not here');
    return finding(
      path,
      'FILE_MISSING',
      `the manifest names this file, and it cannot be read: ${(error as Error).message}`,
    );
  }
}

/** Each file is in the sums that are brought with it. */
async function sumsProblems({
  directory,
  manifest,
  sums: file,
}: {
  directory: string;
  manifest: Manifest;
  sums: string;
}): Promise<Finding[]> {
  const sums = parseSums(await readFile(join(directory, file), 'utf8'));
  const below = file.slice(0, -SUMS_FILE.length);
  const isOf = (path: string) => path !== file && path.startsWith(LABELS) === (below === LABELS);
  return manifest.files
    .filter(({ path }) => isOf(path))
    .filter(({ path, sha256 }) => sums.get(path.slice(below.length)) !== sha256)
    .map(({ path, sha256 }) =>
      finding(
        file,
        'SUMS_DIFFER',
        `must give ${path} the manifest's SHA-256 ${sha256}, got ${sums.get(path.slice(below.length)) ?? 'no line'}`,
      ),
    );
}
