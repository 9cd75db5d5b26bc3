import type { FastifyInstance } from 'fastify';
import type { AuthClient } from './auth-client.ts';
import type { Recent } from './recent.ts';

const body = {
  type: 'object',
  required: ['username', 'password'],
  additionalProperties: false,
  properties: {
    username: { type: 'string', minLength: 1, maxLength: 64 },
    password: { type: 'string', minLength: 1, maxLength: 72 },
  },
} as const;

/** POST /api/login: passed on to auth-service; its refusal is the answer. */
export function loginRoute(
  app: FastifyInstance,
  { auth, recent }: { auth: AuthClient; recent: Recent },
): void {
  app.post<{ Body: { username: string; password: string } }>(
    '/api/login',
    { schema: { body } },
    async function login(request, reply) {
      const { username, password } = request.body;
      const answer = await auth.post('/auth/login', { username, password }, request.id);
      if (answer.status !== 200) return reply.code(answer.status).send(answer.body);
      request.userId = String(answer.body.user_id);
      recent.begin(request.userId);
      return { token: answer.body.token };
    },
  );
}
