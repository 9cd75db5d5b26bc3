import { createHash } from 'node:crypto';
import type { Secrets } from '../target.ts';

export interface OwnLabels {
  /** `<prefix>.<stack>` */
  readonly 'storefront.stack': string;
  /** Tells stacks of one name apart that were made from other checkouts: each has secrets of its own. */
  readonly 'storefront.owner': string;
}

/** What every network, volume and container of a stack is labelled with. */
export const ownLabels = ({
  prefix,
  stack,
  secrets,
}: {
  prefix: string;
  stack: string;
  secrets: Secrets;
}): OwnLabels => ({
  'storefront.stack': `${prefix}.${stack}`,
  'storefront.owner': createHash('sha256').update(`owner ${secrets.controlToken}`).digest('hex').slice(0, 12),
});
