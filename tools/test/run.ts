/**
 * Runs the tests: `npm test`, or `npm test -- <part of a path>…`. Three files at a time, since most wait for something. Those that run
 * the whole path (`*.e2e.test.ts`) go one after the other, for they judge a run by its times. Beside them, and in their place when they
 * are over, go those of one part: at a low priority, since they have time-outs at most.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Outcome, runFile, sumUp } from './file.ts';

const ROOTS = ['tools', 'services', 'loadtests', 'converters', 'infra'];
const NICE = { whole: 0, part: 10 } as const;

const since = performance.now();
const wanted = process.argv.slice(2);
const all = ROOTS.flatMap((root) =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.test.ts') && !path.includes('node_modules'))
    .map((path) => join(root, path))
    .sort(),
).filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
if (all.length === 0) {
  console.error(`no test has ${wanted.map((part) => `"${part}"`).join(' or ')} in its path`);
  process.exit(2);
}
const whole = all.filter((path) => path.endsWith('.e2e.test.ts'));
const parts = all.filter((path) => !whole.includes(path));

const outcomes: Outcome[] = [];
const runParts = () => runAll(parts, NICE.part);
await Promise.all([runAll(whole, NICE.whole).then(runParts), runParts(), runParts()]);

console.log(`\n${sumUp(outcomes)}; ${Math.round((performance.now() - since) / 1000)} s`);
const failed = outcomes.filter(({ ok }) => !ok);
for (const { file } of failed) console.log(`✖ ${file}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** One after the other, as long as there are any: others may take of them, too. */
async function runAll(files: string[], nice: number): Promise<void> {
  for (let file = files.shift(); file !== undefined; file = files.shift()) {
    console.log(`▶ ${file}`);
    const outcome = await runFile(file, { nice });
    outcomes.push(outcome);
    console.log(
      `\n${outcome.ok ? '✔' : '✖'} ${file} (${outcome.seconds.toFixed(1)} s)\n${outcome.text.trimEnd()}`,
    );
  }
}
