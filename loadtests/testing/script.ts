import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Writes a script where `k6` is the bundled runner, as it is for the scripts of this repository. */
export async function writeScript({ folder, source }: { folder: string; source: string }): Promise<string> {
  await mkdir(join(folder, 'node_modules'), { recursive: true });
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await symlink(
    fileURLToPath(new URL('../runner', import.meta.url)),
    join(folder, 'node_modules', 'k6'),
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const path = join(folder, 'script.ts');
  await writeFile(path, source);
  return path;
}
