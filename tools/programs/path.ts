import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { ProgramSpec } from './catalogue.ts';
import { runCommand } from './command.ts';
import { inRange, rangeText, versionIn } from './version.ts';

export interface Found {
  path: string;
  version: string;
}

/** An executable that has the right name and yet is no use, and why. */
export interface Rejected {
  path: string;
  reason: string;
}

/** In place of the version of a program that does not tell it. */
export const UNTOLD = 'of untold version';

type Wanted = Pick<ProgramSpec, 'executables' | 'versionArgs' | 'versionPattern' | 'range' | 'components'>;

/**
 * First suitable executable on PATH. A shim or an old release does not hide a good one further back.
 * Relative entries of PATH are passed over: what runs must not depend on the working directory.
 */
export async function findOnPath({
  wanted,
  env = process.env,
  signal,
}: {
  wanted: Wanted;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}): Promise<{ found?: Found; rejected: Rejected[] }> {
  const rejected: Rejected[] = [];
  for (const path of wanted.executables.flatMap((name) => executablesOnPath(name, env))) {
    const result = await probe({ path, wanted, env, signal });
    if ('version' in result) return { found: result, rejected };
    rejected.push(result);
  }
  return { rejected };
}

/** Files of that name on PATH that may be executed, in PATH's order, each once. */
export function executablesOnPath(name: string, env: NodeJS.ProcessEnv = process.env): string[] {
  const seen = new Map<string, string>();
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      const target = realpathSync(path);
      if (statSync(target).isFile() && !seen.has(target)) seen.set(target, path);
    } catch {
      // not there, or not executable
    }
  }
  return [...seen.values()];
}

/** Runs an executable to learn its version (and a collector's components). */
export async function probe({
  path,
  wanted,
  env = process.env,
  signal,
}: {
  path: string;
  wanted: Omit<Wanted, 'executables'>;
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal | undefined;
}): Promise<Found | Rejected> {
  const ask = async (args: readonly string[]) => {
    const { code, stdout, stderr } = await runCommand({ file: path, args, env, signal, timeoutMs: 20_000 });
    if (code !== 0) throw new Error(`ended with code ${code}: ${(stderr || stdout).trim().slice(0, 200)}`);
    return stdout + stderr;
  };
  try {
    const printed = await ask(wanted.versionArgs);
    if (!wanted.versionPattern) return { path, version: UNTOLD };
    const version = versionIn(printed, wanted.versionPattern);
    if (version === undefined) return { path, reason: 'does not tell its version' };
    if (wanted.range && !inRange(version, wanted.range)) {
      return { path, reason: `is ${version}, needed is ${rangeText(wanted.range)}` };
    }
    if (wanted.components) {
      const has = componentsIn(await ask(['components']));
      const lacks = wanted.components.filter((component) => !has.has(canonical(component)));
      if (lacks.length > 0) return { path, reason: `is ${version} but lacks ${lacks.join(', ')}` };
    }
    return { path, version };
  } catch (error) {
    signal?.throwIfAborted();
    return { path, reason: `does not run: ${(error as Error).message}` };
  }
}

/** `otelcol components` prints YAML: sections at column 0, `- name: x` below them. */
function componentsIn(text: string): Set<string> {
  const components = new Set<string>();
  let section = '';
  for (const line of text.split('\n')) {
    section = /^([a-z]+):/.exec(line)?.[1] ?? section;
    const name = /^\s+- name: "?([a-z0-9_]+)"?\s*$/.exec(line)?.[1];
    if (name) components.add(canonical(`${section}/${name}`));
  }
  return components;
}

/** Later releases spell some types with underscores (`file_log`) and keep the old name as an alias. */
const canonical = (component: string) => component.replaceAll('_', '');
