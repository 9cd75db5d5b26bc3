/**
 * Calls `over` after `ms`, unless the limit was lifted by the function that is returned.
 *
 * A process that stood still (no processor for it, a long computation) finds its timer due and the answer in its socket at
 * the same time, and Node.js runs timers first. So what has arrived is read before the limit counts as over.
 */
export function timeLimit(ms: number, over: () => void): () => void {
  let turn: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    turn = setImmediate(over);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
