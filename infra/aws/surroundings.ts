import { layered } from '../container/env.ts';
import { askHttp, type Launch, launchOf } from '../container/launch.ts';
import { httpAddress, portOf, surroundings } from '../container/surroundings.ts';
import { makeSecrets } from '../secrets.ts';
import type { Address, Secrets } from '../target.ts';
import type { Component, ComponentName, Surroundings } from '../topology/component.ts';
import { domainOf } from './place.ts';
import type { AwsSettings } from './settings.ts';

/** What is known only once it is made. */
export interface Made {
  /** Host names of the managed servers. */
  readonly postgres: string;
  readonly cache: string;
  readonly queue: string;
  readonly rawBucket: string;
}

/** Stand for what is not known yet: to see which variables have a secret in them, and what does not depend on either. */
const NOT_MADE: Made = { postgres: 'postgres', cache: 'cache', queue: 'queue', rawBucket: 'raw' };
const MARKS = Object.fromEntries(Object.keys(makeSecrets()).map((name) => [name, `{${name}}`])) as Record<
  keyof Secrets,
  string
>;

export interface EnvironmentOf {
  readonly component: Component;
  readonly settings: AwsSettings;
  readonly made?: Made;
  readonly secrets?: Secrets;
}

/** Of a component in a task: every other one by its name in the private domain, the managed servers by theirs and over TLS. */
export function surroundingsOf({
  component,
  settings,
  made = NOT_MADE,
  secrets = MARKS,
}: EnvironmentOf): Surroundings {
  const address = (name: ComponentName, port?: string): Address => {
    if (name === 's3') return s3Of(settings);
    const managed = name === 'postgres' || name === 'cache' || name === 'queue';
    const host = managed ? made[name] : `${name}.${domainOf(settings)}`;
    return { ...httpAddress(host, portOf(name, port)), ...(managed && { tls: true as const }) };
  };
  return surroundings(component, { settings, secrets, environment: 'aws', address });
}

const s3Of = ({ region }: AwsSettings): Address => {
  const host = `s3.${region}.amazonaws.com`;
  return { host, port: 443, url: `https://${host}`, tls: true };
};

/** What of a component's start depends on nothing that has to be made. */
export function launchOn(of: EnvironmentOf): Omit<Launch, 'env'> {
  const launch = launchOf(of.component, surroundingsOf(of));
  const { role, health, ports } = of.component;
  if (role !== 'service' || health.kind !== 'http') return launch;
  // A service whose store is away says 503. Docker writes that down; ECS would replace one task after another, on top of what has
  // befallen the store. So whoever answers is well.
  const healthCheck = askHttp({ port: ports[health.port], path: health.path, well: [200, 503] });
  return { ...launch, healthCheck };
}

/** All variables of a component. */
export function variablesOf(of: EnvironmentOf): Record<string, string> {
  const { component, settings, made = NOT_MADE } = of;
  const over = component.name === 'collector' ? ofCollector(settings, made) : {};
  return layered(launchOf(component, surroundingsOf(of)).env, over, settings.env[component.name] ?? {});
}

/** S3 itself, with the credentials of the task's role, which the SDK finds where none are given. */
const ofCollector = ({ region }: AwsSettings, { rawBucket }: Made): Record<string, string> => ({
  S3_BUCKET: rawBucket,
  S3_FORCE_PATH_STYLE: 'false',
  S3_DISABLE_SSL: 'false',
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: '',
  AWS_SECRET_ACCESS_KEY: '',
});

/** Names of a component's variables that have a secret in their values. */
export function secretNamesOf({
  component,
  settings,
}: Pick<EnvironmentOf, 'component' | 'settings'>): string[] {
  const marks = Object.values(MARKS);
  return Object.entries(variablesOf({ component, settings }))
    .filter(([, value]) => marks.some((mark) => value.includes(mark)))
    .map(([name]) => name)
    .sort();
}
