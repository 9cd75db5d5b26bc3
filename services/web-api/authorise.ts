import type { FastifyRequest } from 'fastify';
import { storefrontError } from '../chassis/errors.ts';
import type { AuthClient } from './auth-client.ts';

/** A preHandler that lets a request through when auth-service knows its bearer token, and remembers whose it is. */
export function authorise(auth: AuthClient): (request: FastifyRequest) => Promise<void> {
  return async function authorise(request) {
    const token = /^Bearer ([\w-]{1,128})$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined)
      throw storefrontError('UNAUTHENTICATED', ['a bearer token is needed, see POST /api/login']);
    const { status, body } = await auth.post('/auth/validate', { token }, request.id);
    if (status !== 200) throw storefrontError('UNAUTHENTICATED', ['the session is unknown or over']);
    request.userId = String(body.user_id);
  };
}
