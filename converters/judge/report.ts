import { join } from 'node:path';
import { writeWhole } from '../store/files.ts';
import type { Quality } from './quality.ts';

export const QUALITY_FILE = 'report/quality.json';

/** Puts the judgement into the dataset's folder, where sealing finds and publishes it. */
export async function writeQuality({ dir, quality }: { dir: string; quality: Quality }): Promise<void> {
  const body = new TextEncoder().encode(`${JSON.stringify(quality, null, 2)}\n`);
  await writeWhole({ path: join(dir, QUALITY_FILE), body });
}
