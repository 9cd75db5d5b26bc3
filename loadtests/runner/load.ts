import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Script } from './engine/test.ts';
import { errors } from './errors.ts';

/** Globals of k6 that the runner leaves out, with a reason instead of a ReferenceError. */
const LEFT_OUT = ['__VU', '__ITER', 'open'];

/**
 * Imports a script, with `__ENV` in place as k6 has it.
 * Throws UNSUPPORTED_IMPORT for modules and names outside the subset, SCRIPT_FAILED for anything else.
 */
export async function loadScript({
  path,
  env,
}: {
  path: string;
  env: Record<string, string>;
}): Promise<Script> {
  Object.assign(globalThis, { __ENV: env });
  for (const name of LEFT_OUT) {
    if (name in globalThis) continue;
    Object.defineProperty(globalThis, name, {
      get() {
        throw errors.unsupportedCall(name === 'open' ? 'open()' : `${name} (use exec.vu)`);
      },
    });
  }
  try {
    return { ...(await import(pathToFileURL(resolve(path)).href)) };
  } catch (cause) {
    throw explain({ path, cause });
  }
}

function explain({ path, cause }: { path: string; cause: unknown }): Error {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' && /[/\\]k6[/\\]|[/\\]runner[/\\]/.test(message)) {
    const subpath = /'\.\/([^']+)'/.exec(message)?.[1];
    return errors.unsupportedImport(`k6/${subpath}`, cause);
  }
  const named = /module '([^']+)' does not provide an export named '([^']+)'/.exec(message);
  if (named?.[1]?.startsWith('k6')) return errors.unsupportedImport(`${named[2]} from ${named[1]}`, cause);
  return errors.scriptFailed(path, cause);
}
