import { COMPONENT_NAMES, type ComponentName } from '../../topology/component.ts';

/** ECS service, and family of the task definitions, of a component. */
export const serviceName = (prefix: string, component: ComponentName): string => `${prefix}-${component}`;

/** Undefined for what is no component of this stack: a segment of the load, somebody else's task. */
export function componentNamed(prefix: string, service: string): ComponentName | undefined {
  return COMPONENT_NAMES.find((name) => serviceName(prefix, name) === service);
}

/** The private name at which a component's tasks are found (Cloud Map). */
export const hostName = (prefix: string, component: ComponentName): string =>
  `${component}.${prefix}.internal`;
