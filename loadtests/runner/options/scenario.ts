import { errors } from '../errors.ts';
import type { Stage } from '../schedule/arrivals.ts';
import { parseDuration } from './duration.ts';

interface Base {
  name: string;
  exec: string;
  tags: Record<string, string>;
  /** Milliseconds after the start of the test. */
  startMs: number;
  gracefulStopMs: number;
}

interface ArrivalVus {
  timeUnitMs: number;
  preAllocatedVUs: number;
  maxVUs: number;
}

/** One checked scenario; all times in milliseconds. */
export type ScenarioPlan = Base &
  (
    | ({ executor: 'constant-arrival-rate'; rate: number; durationMs: number } & ArrivalVus)
    | ({
        executor: 'ramping-arrival-rate';
        startRate: number;
        stages: Stage[];
        durationMs: number;
      } & ArrivalVus)
    | { executor: 'constant-vus'; vus: number; durationMs: number }
    | {
        executor: 'per-vu-iterations' | 'shared-iterations';
        vus: number;
        iterations: number;
        maxDurationMs: number;
      }
  );

const BASE = ['executor', 'startTime', 'exec', 'tags', 'gracefulStop'];
const KEYS: Record<string, readonly string[]> = {
  'constant-arrival-rate': ['rate', 'timeUnit', 'duration', 'preAllocatedVUs', 'maxVUs'],
  'ramping-arrival-rate': ['startRate', 'timeUnit', 'stages', 'preAllocatedVUs', 'maxVUs'],
  'constant-vus': ['vus', 'duration'],
  'per-vu-iterations': ['vus', 'iterations', 'maxDuration'],
  'shared-iterations': ['vus', 'iterations', 'maxDuration'],
};

/** Checks one entry of `options.scenarios`. Throws INVALID_OPTION or UNSUPPORTED_OPTION. */
export function parseScenario({ name, value }: { name: string; value: unknown }): ScenarioPlan {
  const path = `scenarios.${name}`;
  if (!/^[A-Za-z0-9_-]+$/.test(name)) {
    throw errors.invalidOption(path, 'named with letters, digits, - and _ only', name);
  }
  if (typeof value !== 'object' || value === null) throw errors.invalidOption(path, 'an object', value);
  const given = value as Record<string, unknown>;
  const keys = typeof given.executor === 'string' ? KEYS[given.executor] : undefined;
  if (!keys)
    throw errors.invalidOption(`${path}.executor`, `one of ${Object.keys(KEYS).join(', ')}`, given.executor);
  const allowed = [...BASE, ...keys];
  for (const key of Object.keys(given)) {
    if (!allowed.includes(key)) throw errors.unsupportedOption(`${path}.${key}`, allowed);
  }

  const read = reader({ path, given });
  const base: Base = {
    name,
    exec: read.text('exec', 'default'),
    tags: read.tags(),
    startMs: read.duration('startTime', '0s'),
    gracefulStopMs: read.duration('gracefulStop', '30s'),
  };
  switch (given.executor) {
    case 'constant-arrival-rate':
      return {
        ...base,
        executor: given.executor,
        rate: read.integer('rate', { min: 1 }),
        durationMs: read.duration('duration'),
        ...arrivalVus(read),
      };
    case 'ramping-arrival-rate': {
      const stages = read.stages();
      return {
        ...base,
        executor: given.executor,
        startRate: read.integer('startRate', { min: 0, fallback: 0 }),
        stages,
        durationMs: stages.reduce((sum, stage) => sum + stage.durationMs, 0),
        ...arrivalVus(read),
      };
    }
    case 'constant-vus':
      return {
        ...base,
        executor: given.executor,
        vus: read.integer('vus', { min: 1, fallback: 1 }),
        durationMs: read.duration('duration'),
      };
    default: {
      const vus = read.integer('vus', { min: 1, fallback: 1 });
      const executor = given.executor as 'per-vu-iterations' | 'shared-iterations';
      const iterations = read.integer('iterations', { min: 1, fallback: 1 });
      if (executor === 'shared-iterations' && iterations < vus) {
        throw errors.invalidOption(`${path}.iterations`, `at least the number of VUs (${vus})`, iterations);
      }
      return { ...base, executor, vus, iterations, maxDurationMs: read.duration('maxDuration', '10m') };
    }
  }
}

function arrivalVus(read: ReturnType<typeof reader>): ArrivalVus {
  const preAllocatedVUs = read.integer('preAllocatedVUs', { min: 0 });
  const maxVUs = read.integer('maxVUs', { min: Math.max(1, preAllocatedVUs), fallback: preAllocatedVUs });
  return { timeUnitMs: read.duration('timeUnit', '1s'), preAllocatedVUs, maxVUs };
}

function reader({ path, given }: { path: string; given: Record<string, unknown> }) {
  const duration = (key: string, fallback?: string) =>
    parseDuration({ name: `${path}.${key}`, value: given[key] ?? fallback });
  const integer = (key: string, { min, fallback }: { min: number; fallback?: number }) => {
    const value = given[key] ?? fallback;
    // k6 holds rates and stage targets as integers; finer rates take a longer timeUnit.
    if (typeof value !== 'number' || !Number.isInteger(value) || value < min) {
      throw errors.invalidOption(`${path}.${key}`, `an integer of at least ${min}`, value);
    }
    return value;
  };
  const text = (key: string, fallback: string) => {
    const value = given[key] ?? fallback;
    if (typeof value !== 'string' || value === '')
      throw errors.invalidOption(`${path}.${key}`, 'a name', value);
    return value;
  };
  const tags = () => {
    const value = given.tags ?? {};
    if (typeof value !== 'object' || !value || Object.values(value).some((tag) => typeof tag !== 'string')) {
      throw errors.invalidOption(`${path}.tags`, 'an object of strings', value);
    }
    return { ...(value as Record<string, string>) };
  };
  const stages = (): Stage[] => {
    const list = given.stages;
    if (!Array.isArray(list) || list.length === 0) {
      throw errors.invalidOption(`${path}.stages`, 'a list of at least one stage', list);
    }
    return list.map((stage: Record<string, unknown>, index) => {
      const at = reader({ path: `${path}.stages[${index}]`, given: stage });
      return { durationMs: at.duration('duration'), target: at.integer('target', { min: 0 }) };
    });
  };
  return { duration, integer, text, tags, stages };
}
