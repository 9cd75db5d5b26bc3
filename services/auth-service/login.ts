import { compare } from 'bcrypt';
import type { FastifyInstance } from 'fastify';
import type { Pool } from 'pg';
import { Counter } from 'prom-client';
import { inAuthSpan, type Verdict } from './auth-span.ts';
import type { Sessions } from './sessions.ts';

const body = {
  type: 'object',
  required: ['username', 'password'],
  additionalProperties: false,
  properties: {
    username: { type: 'string', minLength: 1, maxLength: 64 },
    password: { type: 'string', minLength: 1, maxLength: 72 },
  },
} as const;

const logins = new Counter({
  name: 'auth_logins_total',
  help: 'Logins by reason: ok, unknown_user, wrong_password.',
  labelNames: ['reason'] as const,
});

// Compared with when there is no such user: an unknown name takes as long as a wrong password.
const nobodysHash = '$2b$08$eImiTXuWVxfM37uY4JANjO8lXn7uuyuhRyrQwVrJGeCkP6gqI9XJy';

/** POST /auth/login: user name and password to a session token. */
export function loginRoute(
  app: FastifyInstance,
  { database, sessions }: { database: Pool; sessions: Sessions },
): void {
  app.post<{ Body: { username: string; password: string } }>(
    '/auth/login',
    { schema: { body } },
    async function login(request, reply) {
      const { username, password } = request.body;
      const { reason, userId, token } = await inAuthSpan('auth.login', () =>
        authenticate({ database, sessions, username, password }),
      );
      logins.inc({ reason });
      if (token === undefined) {
        request.log.warn(
          { reason, ...(userId === undefined ? {} : { user_id: String(userId) }) },
          'login refused',
        );
        return reply.code(401).send({ error: 'UNAUTHENTICATED', message: 'user name or password is wrong' });
      }
      request.userId = String(userId);
      request.log.info({ user_id: String(userId) }, 'login');
      return { token, user_id: userId };
    },
  );
}

async function authenticate({
  database,
  sessions,
  username,
  password,
}: {
  database: Pool;
  sessions: Sessions;
  username: string;
  password: string;
}): Promise<Verdict & { token?: string }> {
  const { rows } = await database.query<{ id: number; password_hash: string }>(
    'SELECT id, password_hash FROM users WHERE username = $1',
    [username],
  );
  const user = rows[0];
  const matches = await compare(password, user?.password_hash ?? nobodysHash);
  if (!user) return { reason: 'unknown_user' };
  if (!matches) return { reason: 'wrong_password', userId: user.id };
  return { reason: 'ok', userId: user.id, token: await sessions.open({ user_id: user.id, username }) };
}
