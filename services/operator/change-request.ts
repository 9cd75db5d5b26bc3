import { type ChangeKind, changeKinds } from './change.ts';
import type { Direction } from './migration.ts';

/** What POST /changes is asked for. */
export type ChangeRequest =
  | { kind: 'feature_flag'; flag: string; value: boolean; service?: string; actor: string }
  | { kind: 'cache_flush'; target: 'cache'; actor: string }
  | { kind: 'migration'; migration: string; direction: Direction; actor: string }
  | {
      kind: ChangeKind;
      apply: false;
      service: string;
      from: string;
      to: string;
      actor: string;
      status?: 'applied' | 'failed';
      detail?: string;
    };

const name = { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,59}$' } as const;
const short = { type: 'string', maxLength: 200 } as const;

const told = {
  required: ['service', 'from', 'to'],
  additionalProperties: false,
  properties: {
    kind: {},
    apply: { const: false },
    service: name,
    from: short,
    to: short,
    actor: name,
    status: { enum: ['applied', 'failed'] },
    detail: short,
  },
} as const;

/** A change of `kind` that the operator carries out by itself. */
const own = (kind: ChangeKind, required: readonly string[], properties: Record<string, object>) => ({
  required,
  additionalProperties: false,
  properties: { kind: { const: kind }, apply: { const: true }, actor: name, ...properties },
});

/** JSON Schema of a ChangeRequest. */
export const body = {
  type: 'object',
  required: ['kind', 'actor'],
  properties: { kind: { type: 'string', enum: changeKinds } },
  // `apply: false` tells of a change that somebody else carried out; everything else is carried out here.
  if: { required: ['apply'], properties: { apply: { const: false } } },
  // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's keyword
  then: told,
  else: {
    oneOf: [
      own('feature_flag', ['flag', 'value'], { flag: name, value: { type: 'boolean' }, service: name }),
      own('cache_flush', ['target'], { target: { const: 'cache' } }),
      own('migration', ['migration', 'direction'], {
        migration: { type: 'string', pattern: '^[0-9]{4}_[a-z0-9_]{1,50}$' },
        direction: { enum: ['up', 'down'] },
      }),
    ],
  },
} as const;
