import { AsyncLocalStorage } from 'node:async_hooks';
import { errors } from '../errors.ts';
import { Connections } from '../request/connections.ts';
import type { ScenarioRun } from './scenario.ts';
import type { TestRun } from './test.ts';

/**
 * One virtual user. All VUs share one module instance here (k6 has one a VU), so what k6 keeps in a VU's own
 * globals is reached through `currentVu`.
 */
export class Vu {
  /** 0 runs setup and teardown, as in k6. */
  readonly id: number;
  /** The same among those of this process. */
  readonly idInInstance: number;
  /** How many VUs of the scenario this process made before it. */
  readonly indexInScenario: number;
  readonly test: TestRun;
  readonly scenario: ScenarioRun | undefined;
  readonly tags: Record<string, string> = {};
  readonly metadata: Record<string, string> = {};
  readonly connections = new Connections();
  readonly interruption = new AbortController();
  /** A copy of setup's data of its own, as k6 gives each VU. */
  readonly data: unknown;
  group = '';
  iterationInScenario = -1;
  /** Of all that this process has started of the scenario. */
  iterationInInstance = -1;
  iterationInTest = -1;
  sentBytes = 0;
  receivedBytes = 0;

  constructor({
    id,
    idInInstance,
    test,
    scenario,
    indexInScenario = 0,
    data,
  }: {
    id: number;
    idInInstance: number;
    test: TestRun;
    scenario?: ScenarioRun;
    indexInScenario?: number;
    data?: string;
  }) {
    this.id = id;
    this.idInInstance = idInInstance;
    this.indexInScenario = indexInScenario;
    this.test = test;
    this.scenario = scenario;
    this.data = data === undefined ? undefined : JSON.parse(data);
  }

  /** Tags that every sample of this VU carries right now. */
  currentTags(): Record<string, string> {
    const { scenario } = this;
    return {
      group: this.group,
      ...(scenario && { scenario: scenario.plan.name, ...scenario.plan.tags }),
      ...this.tags,
    };
  }

  /** A copy, or undefined when there is none: points then have no metadata field. */
  currentMetadata(): Record<string, string> | undefined {
    return Object.keys(this.metadata).length > 0 ? { ...this.metadata } : undefined;
  }

  emit({
    metric,
    value,
    tags = this.currentTags(),
    metadata = this.currentMetadata(),
    time = Date.now(),
  }: {
    metric: string;
    value: number;
    tags?: Record<string, string>;
    metadata?: Record<string, string> | undefined;
    time?: number;
  }): void {
    this.test.emit({ metric, value, tags, time, ...(metadata && { metadata }) });
  }
}

export const currentVu = new AsyncLocalStorage<Vu>();

/** The VU whose code is running. Throws OUTSIDE_VU while a script loads. */
export function requireVu(what: string): Vu {
  const vu = currentVu.getStore();
  if (!vu) throw errors.outsideVu(what);
  return vu;
}
