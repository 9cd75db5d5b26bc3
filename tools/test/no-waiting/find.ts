import { diceIn } from './dice.ts';
import type { Finding } from './finding.ts';
import { functionAround, treeOf } from './tree.ts';
import { waitsIn } from './waits.ts';

/** Everything in a source by which it could wait, or let chance decide. @throws what esbuild says of a source that is none */
export async function findWaitsAndDice(source: string): Promise<Finding[]> {
  const tree = await treeOf(source);
  return [...waitsIn(tree), ...diceIn(tree)]
    .map(({ site, found: [kind, what] }) => ({
      ...{ kind, what, within: functionAround(site), line: tree.lineOf(site.node) },
    }))
    .sort((a, b) => a.line - b.line);
}
