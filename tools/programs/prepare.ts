/** Makes programs ahead of their use, where they are missing: `npx tsx tools/programs/prepare.ts pulumi otelcol`. */
import { PROGRAMS, type ProgramName } from './catalogue.ts';
import { resolveProgram } from './resolve.ts';

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(PROGRAMS, name));
if (names.length === 0 || unknown.length > 0) {
  console.error(
    `usage: prepare.ts NAME…, each one of ${Object.keys(PROGRAMS).join(', ')}; got "${names.join(' ')}"`,
  );
  process.exit(2);
}
for (const name of names as ProgramName[]) {
  const { path, version, source } = await resolveProgram(name, { onProgress: console.error });
  console.error(`${name} ${version} (${source}): ${path}`);
}
