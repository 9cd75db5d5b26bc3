/** What a change to the stack is about; the kinds of the telemetry contract. */
export const changeKinds = [
  'deployment',
  'rollback',
  'restart',
  'scaling',
  'feature_flag',
  'config',
  'migration',
  'cache_flush',
  'credential_rotation',
] as const;

export type ChangeKind = (typeof changeKinds)[number];

/** The `change` of a change's log line. */
export interface Change {
  uid: string;
  kind: ChangeKind;
  /** the service or store that changed */
  service: string;
  from: string;
  to: string;
  actor: string;
  status: 'applied' | 'failed';
  detail?: string;
}

/** What carrying out a change tells about it. */
export type Effect = Pick<Change, 'service' | 'from' | 'to'> & { detail?: string };

/** Takes note of what is about to be changed, so that a failure can tell it as well. */
export type Attempt = (effect: Effect) => void;
