import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { filesBelow } from '../dataset/files-below.ts';
import { threads } from '../threads.ts';
import { findLeaks } from './leaks.ts';
import type { LeakReport } from './quality.ts';

/** Bytes of Parquet; below, starting a thread takes longer than it saves. */
const WORTH_A_THREAD = 4_000_000;

export interface LeakSearch extends AsyncDisposable {
  readonly found: Promise<LeakReport>;
}

/** {@link findLeaks}, begun: of what is large in a thread, while the caller goes on. Disposing of it gives it up. */
export async function leakSearch(
  where: Parameters<typeof findLeaks>[0],
  { worthAThread = WORTH_A_THREAD }: { worthAThread?: number } = {},
): Promise<LeakSearch> {
  const sizes = (await filesBelow(where.dir)).map(async (file) => (await stat(join(where.dir, file))).size);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  if (bytes < worthAThread) return begun(findLeaks(where), async () => {});
  const { run, close } = threads<typeof where, LeakReport>({
    ...{ module: import.meta.resolve('./leaks.thread.ts'), count: 1 },
  });
  return begun(run(where), close);
}

function begun(found: Promise<LeakReport>, close: () => Promise<void>): LeakSearch {
  found.catch(() => {}); // for whoever awaits it; nobody does when the caller fails first
  return { found, [Symbol.asyncDispose]: close };
}
