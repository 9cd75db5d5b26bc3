import { InfraError } from './errors.ts';
import type { Target } from './target.ts';
import { collector } from './topology/collector.ts';
import { COMPONENT_NAMES, type Component, type ComponentName } from './topology/component.ts';
import { prometheus } from './topology/prometheus.ts';
import { authService, databaseSetup, operator, paymentWorker, webApi } from './topology/services.ts';
import { cache, postgres, queue, s3 } from './topology/stores.ts';
import { worker } from './topology/worker.ts';

/**
 * The one list of what runs, in an order in which nothing stands before what it needs. Every target is made from it; a
 * target only decides how a component is started (a child process, a container, a task) and how the others reach it.
 */
export const TOPOLOGY: readonly Component[] = [
  s3,
  postgres,
  cache,
  queue,
  collector,
  databaseSetup,
  operator,
  authService,
  paymentWorker,
  webApi,
  prometheus,
  worker,
];

const BY_NAME = new Map(TOPOLOGY.map((component) => [component.name, component]));

/** The entry of one component. @throws COMPONENT_UNKNOWN */
export function componentOf(name: ComponentName): Component {
  const component = BY_NAME.get(name);
  if (component === undefined) throw new InfraError('COMPONENT_UNKNOWN', [name, COMPONENT_NAMES.join(', ')]);
  return component;
}

/**
 * What runs on a target. There is no Prometheus server on the embedded one: its metrics are in the raw bucket all the same.
 * @param asked for, of what is optional
 */
export const topologyOf = (
  kind: Target['kind'],
  { asked = [] }: { asked?: readonly ComponentName[] } = {},
): readonly Component[] =>
  TOPOLOGY.filter(
    ({ name, role, optional }) =>
      (kind !== 'embedded' || role !== 'observer') && (!optional || asked.includes(name)),
  );
