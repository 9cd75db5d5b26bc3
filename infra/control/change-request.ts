import { InfraError } from '../errors.ts';
import type { Limits } from '../target.ts';
import { COMPONENT_NAMES, type ComponentName } from '../topology/component.ts';

/** A change that a target carries out; everything else is the operator's. */
export type TargetChange = { readonly service: ComponentName; readonly actor: string } & (
  | { readonly kind: 'deployment'; readonly release: string }
  | { readonly kind: 'rollback' | 'restart' }
  | { readonly kind: 'scaling'; readonly replicas: number }
  | {
      readonly kind: 'config';
      readonly env: Readonly<Record<string, string | null>>;
      readonly limits: Partial<Limits>;
    }
);

const ACTOR = 'release-manager';
const LIMITS = ['memoryMiB', 'heapMiB', 'pids'];

/**
 * `{"kind": "deployment", "service": "web-api", "release": "1.8.1"}`, `rollback`, `restart`,
 * `{"kind": "scaling", "service": …, "replicas": 2}`, `{"kind": "config", "service": …, "env": {…}, "limits": {…}}`; each
 * may name an `actor`. Undefined for a change that is not the target's.
 * @throws CHANGE_INVALID
 */
export function parseTargetChange(body: Readonly<Record<string, unknown>>): TargetChange | undefined {
  const { kind, actor = ACTOR } = body;
  const isConfig = kind === 'config' && ('env' in body || 'limits' in body);
  if (kind !== 'deployment' && kind !== 'rollback' && kind !== 'restart' && kind !== 'scaling' && !isConfig)
    return undefined;
  if (typeof actor !== 'string' || !/^[a-z][a-z0-9_-]{0,59}$/.test(actor))
    throw new InfraError('CHANGE_INVALID', ['actor must match /^[a-z][a-z0-9_-]{0,59}$/', actor]);
  const about = { service: serviceOf(body.service), actor };
  if (kind === 'deployment') return { kind, ...about, release: text('release', body.release) };
  if (kind === 'scaling') return { kind, ...about, replicas: count('replicas', body.replicas) };
  if (kind === 'rollback' || kind === 'restart') return { kind, ...about };
  return { kind: 'config', ...about, env: envOf(body.env ?? {}), limits: limitsOf(body.limits ?? {}) };
}

function serviceOf(value: unknown): ComponentName {
  const name = COMPONENT_NAMES.find((known) => known === value);
  if (name === undefined)
    throw new InfraError('CHANGE_INVALID', [`service must be one of ${COMPONENT_NAMES.join(', ')}`, value]);
  return name;
}

function text(name: string, value: unknown): string {
  if (typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value)) return value;
  throw new InfraError('CHANGE_INVALID', [`${name} must match /^[A-Za-z0-9._-]{1,64}$/`, value]);
}

function count(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw new InfraError('CHANGE_INVALID', [`${name} must be a whole number above 0`, value]);
}

function envOf(value: unknown): Record<string, string | null> {
  const isEnv =
    isObject(value) &&
    Object.entries(value).every(
      ([name, setting]) =>
        /^[A-Z][A-Z0-9_]{0,63}$/.test(name) && (setting === null || typeof setting === 'string'),
    );
  if (!isEnv) throw new InfraError('CHANGE_INVALID', ['env must map NAMES_LIKE_THIS to text or null', value]);
  return value as Record<string, string | null>;
}

function limitsOf(value: unknown): Partial<Limits> {
  const isLimits =
    isObject(value) &&
    Object.entries(value).every(
      ([name, limit]) => LIMITS.includes(name) && Number.isInteger(limit) && Number(limit) > 0,
    );
  if (!isLimits)
    throw new InfraError('CHANGE_INVALID', [
      `limits must map ${LIMITS.join(', ')} to whole numbers above 0`,
      value,
    ]);
  return value as Partial<Limits>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
