import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { Counter } from 'prom-client';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import { bearerMatches } from '../chassis/token.ts';
import { flushCache } from './cache-flush.ts';
import { type Change, type ChangeKind, changeKinds, type Effect } from './change.ts';
import { setFeatureFlag } from './feature-flag.ts';

const name = { type: 'string', pattern: '^[a-z][a-z0-9_-]{0,59}$' } as const;
const short = { type: 'string', maxLength: 200 } as const;

type Request =
  | { kind: 'feature_flag'; flag: string; value: boolean; service?: string; actor: string }
  | { kind: 'cache_flush'; target: 'cache'; actor: string }
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

const body = {
  type: 'object',
  required: ['kind', 'actor'],
  properties: { kind: { type: 'string', enum: changeKinds } },
  // `apply: false` tells of a change that somebody else carried out; everything else is carried out here.
  if: { required: ['apply'], properties: { apply: { const: false } } },
  // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's keyword
  then: {
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
  },
  else: {
    if: { properties: { kind: { const: 'feature_flag' } } },
    // biome-ignore lint/suspicious/noThenProperty: `then` is JSON Schema's keyword
    then: {
      required: ['flag', 'value'],
      additionalProperties: false,
      properties: {
        kind: {},
        apply: { const: true },
        flag: name,
        value: { type: 'boolean' },
        service: name,
        actor: name,
      },
    },
    else: {
      required: ['target'],
      additionalProperties: false,
      properties: {
        kind: { const: 'cache_flush' },
        apply: { const: true },
        target: { const: 'cache' },
        actor: name,
      },
    },
  },
} as const;

const changes = new Counter({
  name: 'changes_total',
  help: 'Changes by kind and status: applied, failed.',
  labelNames: ['kind', 'status'] as const,
});

/** POST /changes: carries a change out, or takes note of one, and writes its one line. Answers when it took effect. */
export function changesRoute(
  app: FastifyInstance,
  {
    database,
    cache,
    operatorToken,
    allowedHosts,
  }: { database: Pool; cache: Redis; operatorToken: string; allowedHosts: readonly string[] },
): void {
  const guard = async (request: FastifyRequest) => {
    // A foreign Host is a page in somebody's browser that had its name resolve to us.
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!allowedHosts.includes(host)) throw storefrontError('FORBIDDEN_HOST', [host]);
    if (!bearerMatches(request.headers.authorization, operatorToken)) {
      throw storefrontError('UNAUTHENTICATED', ['/changes needs its bearer token']);
    }
  };
  app.post<{ Body: Request }>(
    '/changes',
    { schema: { body }, onRequest: guard },
    async function applyChange(request, reply) {
      const asked = request.body;
      const uid = randomUUID();
      const about = { uid, kind: asked.kind, actor: asked.actor };
      try {
        const { status, ...effect } = await carryOut({ asked, database, cache });
        write(request, { ...about, ...effect, status });
        return reply.code(200).send({ uid, status });
      } catch (error) {
        write(request, {
          ...about,
          ...intended(asked),
          status: 'failed',
          detail: reasonOf(error).slice(0, 200),
        });
        throw error;
      }
    },
  );
}

async function carryOut({
  asked,
  database,
  cache,
}: {
  asked: Request;
  database: Pool;
  cache: Redis;
}): Promise<Effect & { status: Change['status'] }> {
  if ('apply' in asked && asked.apply === false) {
    const { service, from, to, status = 'applied', detail } = asked;
    return { service, from, to, status, ...(detail === undefined ? {} : { detail }) };
  }
  if ('flag' in asked) {
    const effect = await setFeatureFlag({ database, flag: asked.flag, value: asked.value });
    return { ...effect, service: asked.service ?? effect.service, status: 'applied' };
  }
  return { ...(await flushCache({ cache })), status: 'applied' };
}

/** What a change that failed was meant to do. */
function intended(asked: Request): Effect {
  if ('flag' in asked)
    return { service: asked.service ?? 'storefront', from: asked.flag, to: `${asked.flag}=${asked.value}` };
  return { service: 'cache', from: 'filled', to: '0 keys' };
}

function write(request: FastifyRequest, change: Change): void {
  const { uid, kind, service, from, to, actor, status, detail } = change;
  const level = status === 'applied' ? 'info' : 'error';
  const line = { uid, kind, service, from, to, actor, status, ...(detail === undefined ? {} : { detail }) };
  request.log[level]({ event: 'change', change: line }, `${kind} of ${service} ${status}: ${from} → ${to}`);
  changes.inc({ kind, status });
}
