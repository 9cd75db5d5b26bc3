import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InfraError } from '../errors.ts';
import { makeSecrets } from '../secrets.ts';
import type { Secrets } from '../target.ts';

/** What is kept of stacks, by their names. */
export const STACKS = fileURLToPath(new URL('../../.faultline/docker/', import.meta.url));

/** Git-ignored, for its owner only. */
export const secretsFile = (stack: string): string => join(STACKS, `${stack}.secrets.json`);

/**
 * The secrets of a stack: made once, at its first `up`, and the same from then on, since the volumes of the stores know
 * their passwords.
 * @throws SECRETS_UNREADABLE
 */
export function secretsOf(stack: string): Secrets {
  const file = secretsFile(stack);
  const text = readText(file);
  if (text === undefined) {
    const secrets = makeSecrets();
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, file);
    return secrets;
  }
  const expected = makeSecrets();
  const found = parse(text, file);
  for (const name of Object.keys(expected))
    if (typeof found[name] !== 'string' || found[name] === '')
      throw new InfraError('SECRETS_UNREADABLE', [file, `${name} is missing`]);
  return found as unknown as Secrets;
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // not as the cause, for its message has the text in it
    throw new InfraError('SECRETS_UNREADABLE', [file, 'it is not JSON']);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InfraError('SECRETS_UNREADABLE', [file, 'it is not an object']);
  return value as Record<string, unknown>;
}
