import { type Arns, ROLE_NAMES, type RoleName } from '../arns.ts';
import type { Grant } from '../document.ts';
import { collectorGrants } from './collector.ts';
import { controlGrants } from './control.ts';
import { converterGrants } from './converter.ts';
import { executionGrants } from './execution.ts';
import { loadGrants } from './load.ts';
import { sealGrants } from './seal.ts';

const GRANTS: Readonly<Record<RoleName, (at: Arns) => readonly Grant[]>> = {
  execution: executionGrants,
  'service-task': () => [],
  'collector-task': collectorGrants,
  'converter-function': converterGrants,
  'seal-task': sealGrants,
  'control-task': controlGrants,
  'load-task': loadGrants,
};

/** What a role may do, and what each is for; none where it calls no AWS API. */
export const grantsOf = (role: RoleName, at: Arns): readonly Grant[] => GRANTS[role](at);

/** Of what runs in the stack's network; the function runs in Lambda's own. */
export const ROLES_INSIDE: readonly RoleName[] = ROLE_NAMES.filter((role) => role !== 'converter-function');
