import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Redis } from 'ioredis';
import type { Pool } from 'pg';
import { Counter } from 'prom-client';
import { reasonOf, storefrontError } from '../chassis/errors.ts';
import { problemOf } from '../chassis/http-server.ts';
import { bearerMatches } from '../chassis/token.ts';
import { flushCache } from './cache-flush.ts';
import type { Attempt, Change, Effect } from './change.ts';
import { body, type ChangeRequest } from './change-request.ts';
import { setFeatureFlag } from './feature-flag.ts';
import { migrateSchema, migrationEffect } from './migration.ts';

const changes = new Counter({
  name: 'changes_total',
  help: 'Changes by kind and status: applied, failed.',
  labelNames: ['kind', 'status'] as const,
});

/** What changes are carried out with. */
interface Means {
  database: Pool;
  cache: Redis;
  databaseUrl: string;
  instance: string;
}

/**
 * POST /changes: carries a change out, or takes note of one, and writes its one line. Answers when it took effect, or failed
 * to, with the very fields of that line; of a failure with `error` and `message` too.
 */
export function changesRoute(
  app: FastifyInstance,
  {
    operatorToken,
    allowedHosts,
    ...means
  }: Means & { operatorToken: string; allowedHosts: readonly string[] },
): void {
  const guard = async (request: FastifyRequest) => {
    // A foreign Host is a page in somebody's browser that had its name resolve to us.
    const host = (request.headers.host ?? '').replace(/:\d+$/, '');
    if (!allowedHosts.includes(host)) throw storefrontError('FORBIDDEN_HOST', [host]);
    if (!bearerMatches(request.headers.authorization, operatorToken)) {
      throw storefrontError('UNAUTHENTICATED', ['/changes needs its bearer token']);
    }
  };
  app.post<{ Body: ChangeRequest }>(
    '/changes',
    { schema: { body }, onRequest: guard },
    async function applyChange(request, reply) {
      const asked = request.body;
      const uid = randomUUID();
      const about = { kind: asked.kind, actor: asked.actor };
      let effect = intended(asked);
      try {
        const attempt: Attempt = (known) => {
          effect = known;
        };
        const done = { ...about, ...(await carryOut(asked, { ...means, attempt })) };
        write(request, { uid, ...done });
        return reply.code(200).send({ uid, ...done });
      } catch (error) {
        const detail = reasonOf(error).slice(0, 200);
        const failed = { ...about, ...effect, status: 'failed', detail } as const;
        write(request, { uid, ...failed });
        const { status, ...problem } = problemOf(error);
        return reply.code(status).send({ uid, ...failed, ...problem });
      }
    },
  );
}

async function carryOut(
  asked: ChangeRequest,
  { database, cache, databaseUrl, instance, attempt }: Means & { attempt: Attempt },
): Promise<Effect & { status: Change['status'] }> {
  if ('apply' in asked && asked.apply === false) {
    const { service, from, to, status = 'applied', detail } = asked;
    return { service, from, to, status, ...(detail === undefined ? {} : { detail }) };
  }
  if ('flag' in asked) {
    const effect = await setFeatureFlag({ database, attempt, flag: asked.flag, value: asked.value });
    return { ...effect, service: asked.service ?? effect.service, status: 'applied' };
  }
  if ('migration' in asked) {
    const { migration: id, direction } = asked;
    return { ...(await migrateSchema({ databaseUrl, instance, attempt, id, direction })), status: 'applied' };
  }
  return { ...(await flushCache({ cache })), status: 'applied' };
}

/** What a change is meant to do, as far as the request tells. */
function intended(asked: ChangeRequest): Effect {
  if ('flag' in asked)
    return { service: asked.service ?? 'storefront', from: asked.flag, to: `${asked.flag}=${asked.value}` };
  if ('migration' in asked) return migrationEffect(asked.migration, asked.direction);
  return { service: 'cache', from: 'filled', to: '0 keys' };
}

function write(request: FastifyRequest, change: Change): void {
  const { uid, kind, service, from, to, actor, status, detail } = change;
  const level = status === 'applied' ? 'info' : 'error';
  const line = { uid, kind, service, from, to, actor, status, ...(detail === undefined ? {} : { detail }) };
  request.log[level]({ event: 'change', change: line }, `${kind} of ${service} ${status}: ${from} → ${to}`);
  changes.inc({ kind, status });
}
