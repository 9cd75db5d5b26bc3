import type { FastifyInstance } from 'fastify';
import { Counter } from 'prom-client';
import { inAuthSpan, type Verdict } from './auth-span.ts';
import type { Session, Sessions } from './sessions.ts';

const body = {
  type: 'object',
  required: ['token'],
  additionalProperties: false,
  properties: { token: { type: 'string', minLength: 1, maxLength: 128 } },
} as const;

const validations = new Counter({
  name: 'auth_validations_total',
  help: 'Session checks by outcome: success, failure.',
  labelNames: ['outcome'] as const,
});

/** POST /auth/validate: whose session a token is. */
export function validateRoute(app: FastifyInstance, { sessions }: { sessions: Sessions }): void {
  app.post<{ Body: { token: string } }>(
    '/auth/validate',
    { schema: { body } },
    async function validate(request, reply) {
      const { session } = await inAuthSpan(
        'auth.validate',
        async (): Promise<Verdict & { session?: Session }> => {
          const found = await sessions.find(request.body.token);
          return found
            ? { reason: 'ok', userId: found.user_id, session: found }
            : { reason: 'unknown_session' };
        },
      );
      validations.inc({ outcome: session ? 'success' : 'failure' });
      if (!session)
        return reply.code(401).send({ error: 'UNAUTHENTICATED', message: 'the session is unknown or over' });
      request.userId = String(session.user_id);
      return session;
    },
  );
}
