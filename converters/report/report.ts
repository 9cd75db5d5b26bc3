import { mkdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WINDOWS_FILE } from '../dataset/verify-labels.ts';
import { writeWhole } from '../store/files.ts';
import { type About, readFacts } from './facts.ts';
import { FULL_REPORT_FILE, REPORT_FILE } from './files.ts';
import { html } from './page/html.ts';
import { page } from './page/page.ts';

export interface ReportOptions {
  /** Folder of a dataset, sealed or about to be. */
  readonly dir: string;
  readonly about: About;
  /** With the ground truth and the detectors' scores. */
  readonly everything: boolean;
  /** Default: `report/index.html`, with everything `report/full.html`. */
  readonly to?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Writes the report of a dataset. The same dataset gives the same bytes. @returns the file, and what it shows beyond the data */
export async function writeReport({ dir, about, everything, to, signal }: ReportOptions): Promise<{
  readonly path: string;
  readonly bytes: number;
  readonly ground_truth: boolean;
  readonly detectors: boolean;
}> {
  const path = to ?? join(dir, everything ? FULL_REPORT_FILE : REPORT_FILE);
  const facts = await readFacts({ dir, about, everything, signal });
  const labelled = !everything && (await stat(join(dir, WINDOWS_FILE)).catch(() => undefined)) !== undefined;
  const apart = html`<p class="lead">The ground truth and the scores of detectors are kept apart from the data. Where the labels were fetched,
<code>npx faultline report ${about.run_id}</code> shows both in <a href="full.html">full.html</a>.</p>`;
  const command = facts.judged?.traffic?.command ?? null;
  const body = Buffer.from(page(facts, { command, apart: labelled ? apart : null }));
  await mkdir(dirname(path), { recursive: true });
  await writeWhole({ path, body });
  const { truth, scores } = facts;
  return { path, bytes: body.length, ground_truth: truth !== null, detectors: scores !== null };
}
