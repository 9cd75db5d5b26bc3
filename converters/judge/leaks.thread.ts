import { inThread } from '../threads.ts';
import { findLeaks } from './leaks.ts';
import type { LeakReport } from './quality.ts';

/** The leak gate in a thread of its own: it reads all that the judge reads, and more. */
export default inThread<Parameters<typeof findLeaks>[0], LeakReport>(findLeaks);
