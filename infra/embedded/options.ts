import type { ComponentName, Program } from '../topology/component.ts';

/** A version of a service that can be deployed. */
export interface Release {
  readonly version: string;
  /** Name of the bundle in the folder of the built services, without `.cjs`. */
  readonly bundle: string;
}

export interface BuiltServices {
  /** Folder with `telemetry.cjs` and the bundles. */
  readonly dist: string;
  /** By service, oldest first; the first is what a stack starts with. */
  readonly releases: Readonly<Record<string, readonly Release[]>>;
}

/** Everything about an embedded stack that can be chosen. */
export interface EmbeddedOptions {
  /** Folder of the S3 server: its sub-folders `raw` and `datasets` are the buckets. Outlives the stack. */
  readonly s3Root: string;
  readonly services: BuiltServices;
  /** Logs and working files; by default a temporary folder that goes with the stack. */
  readonly stateDir?: string;
  /** What to start, with all that it needs; by default everything. */
  readonly components?: readonly ComponentName[];
  /** First port of a component; by default a free one. */
  readonly ports?: Readonly<Partial<Record<ComponentName, number>>>;
  /** Path of a program, instead of looking for it. */
  readonly programs?: Readonly<Partial<Record<Program, string>>>;
  /** Laid over the environment of a service, from its start. */
  readonly env?: Readonly<Partial<Record<ComponentName, Readonly<Record<string, string>>>>>;
  /** Where the S3 server sends its event notifications; it does not start unless somebody listens there. By default nowhere. */
  readonly eventWebhookUrl?: string;
  /** Key prefix in the raw bucket. */
  readonly rawPrefix?: string;
  /** `deployment.environment.name`. */
  readonly environment?: string;
  /** Ends a start that is under way. */
  readonly signal?: AbortSignal;
  /** Told when a component is healthy, and how long that took. */
  readonly onProgress?: (message: string) => void;
}
