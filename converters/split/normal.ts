import type { Span } from '../truth/record.ts';
import { GAP_MS } from './split.ts';

/**
 * What is left of a block without the faults: each from its change until it is over, and a gap's length longer, so that no
 * feature looks back into it. Harmless changes stay: they are what normal looks like.
 * @param faults in order of time
 */
export function normalOf({ block, faults }: { block: Span; faults: readonly Span[] }): Span[] {
  const left: Span[] = [];
  let from = block.start_ms;
  for (const { start_ms, end_ms } of faults) {
    if (start_ms >= block.end_ms) break;
    if (start_ms > from) left.push({ start_ms: from, end_ms: start_ms });
    from = Math.max(from, end_ms + GAP_MS);
  }
  if (from < block.end_ms) left.push({ start_ms: from, end_ms: block.end_ms });
  return left;
}
