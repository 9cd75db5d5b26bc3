import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { QUALITY_FILE } from '../../converters/report/files.ts';
import { runCommand } from '../programs/command.ts';
import { outputTail } from '../programs/errors.ts';
import { type OnProgress, timed } from '../programs/progress.ts';
import { type PythonPackages, resolvePython } from '../python/resolve.ts';
import { DetectorError } from './errors.ts';
import type { DetectorReport } from './report.ts';

/** What the detectors run with; a run itself does without. */
export const DETECTOR_PACKAGES: PythonPackages = {
  requirements: fileURLToPath(new URL('requirements.txt', import.meta.url)),
  needs: 'the detectors of "npm run quality" need',
};

const DETECT = fileURLToPath(new URL('detect', import.meta.url));
const FLAT_FILES = ['logs', 'traces', 'metrics', 'changes'].map((signal) => `ocsf_${signal}.parquet`);

/**
 * Trains standard detectors on a dataset's features and scores them by its ground truth.
 *
 * @param dir    a dataset with its labels
 * @param build  false: null where the Python environment has not been made yet, since a run does not need it
 * @param campaign  judges the prevalence if it is `standard`; default: the report's
 * @throws DATASET_MISSING, DATASET_INCOMPLETE, LABELS_MISSING, DETECTORS_FAILED; with `build` those of resolvePython
 */
export async function runDetectors({
  dir,
  signal,
  build = false,
  campaign,
  env = process.env,
  onProgress,
}: {
  dir: string;
  signal?: AbortSignal | undefined;
  build?: boolean;
  campaign?: string | null;
  env?: NodeJS.ProcessEnv;
  onProgress?: OnProgress | undefined;
}): Promise<DetectorReport | null> {
  const manifest = await checkDataset(dir);
  const python = await findPython({ build, env, onProgress, signal });
  if (python === null) return null;
  const name = campaign === undefined ? manifest.campaign : campaign;
  const folder = await mkdtemp(join(tmpdir(), 'detectors-'));
  try {
    const out = join(folder, 'report.json');
    const args = ['-B', DETECT, dir, '--out', out, ...(name ? ['--campaign', name] : [])];
    const { code, stderr, stdout } = await timed({
      text: 'training and scoring the detectors',
      onProgress,
      work: () => runCommand({ file: python, args, env: { ...env, ...ONE_THREAD }, signal }),
    });
    if (code !== 0) throw new DetectorError('DETECTORS_FAILED', [dir, outputTail(stderr || stdout)]);
    return JSON.parse(await readFile(out, 'utf8')) as DetectorReport;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The sum of many numbers depends on who adds which: the same figures from as many processors as there may be. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', PYTHONHASHSEED: '0' };

async function findPython({
  build,
  ...options
}: {
  build: boolean;
  env: NodeJS.ProcessEnv;
  onProgress: OnProgress | undefined;
  signal: AbortSignal | undefined;
}): Promise<string | null> {
  try {
    return (await resolvePython({ packages: DETECTOR_PACKAGES, build, ...options })).python;
  } catch (error) {
    if (!build && (error as { code?: string }).code === 'PYTHON_MISSING') return null;
    throw error;
  }
}

interface Manifest {
  readonly run_id?: string;
  readonly campaign?: string | null;
  readonly files?: readonly { readonly path: string }[];
}

/** Everything is there that is read. A manifest that names no labels is of a run in which nothing was changed. */
async function checkDataset(dir: string): Promise<Manifest> {
  const has = (path: string) =>
    stat(join(dir, path)).then(
      (info) => info.isFile(),
      () => false,
    );
  const folder = await stat(dir).catch(() => undefined);
  if (!folder?.isDirectory()) throw new DetectorError('DATASET_MISSING', [dir]);
  const lacking: string[] = [];
  for (const file of FLAT_FILES) if (!(await has(file))) lacking.push(file);
  if (lacking.length === FLAT_FILES.length) throw new DetectorError('DATASET_MISSING', [dir]);
  if (lacking.length > 0) throw new DetectorError('DATASET_INCOMPLETE', [dir, lacking.join(', ')]);
  const manifest = (await has('manifest.json'))
    ? (JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as Manifest)
    : undefined;
  const judged = (await has(QUALITY_FILE))
    ? (JSON.parse(await readFile(join(dir, QUALITY_FILE), 'utf8')) as Pick<Manifest, 'campaign'>)
    : {};
  const labelled = manifest?.files?.some(({ path }) => path === 'labels/windows.parquet') ?? true;
  if (labelled && !(await has('labels/windows.parquet')))
    throw new DetectorError('LABELS_MISSING', [dir, manifest?.run_id ?? '<run-id>']);
  return { ...manifest, campaign: judged.campaign ?? null };
}
