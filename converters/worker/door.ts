import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkHost, checkSecret, checkToken, Refused, readObject } from '../../infra/control/request.ts';
import { type CreatedObject, createdObjects } from '../notification/s3-event.ts';

/** What a worker says to a request. */
export interface Answer {
  readonly status: number;
  /** Without one the answer is empty, so that a sender that reads no body can use its connection again. */
  readonly body?: object;
}

const LOOPBACK = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/;

export interface DoorOptions {
  readonly host: string;
  readonly token: string;
  /** Takes the objects of one notification; false where there is no room for them. */
  readonly take: (created: readonly CreatedObject[]) => boolean;
}

/**
 * What a worker can be asked:
 *
 *   GET  /health           200, no token
 *   POST /events           an S3 event notification; `Authorization: Bearer <token>`
 *   POST /events/<token>   the same, for senders that cannot send a header (versitygw)
 *
 * 202 when the objects are taken, 503 when there is no room for them and they are to be sent again; 401 without the token,
 * 403 for a foreign Host on loopback, 400, 413 and 415 for what is no notification.
 */
export async function answer(request: IncomingMessage, options: DoorOptions): Promise<Answer> {
  try {
    return await answerOf(request, options);
  } catch (error) {
    const status = error instanceof Refused ? error.status : 500;
    const code = (error as { code?: unknown }).code ?? 'INTERNAL';
    return { status, body: { error: code, message: error instanceof Error ? error.message : String(error) } };
  }
}

async function answerOf(request: IncomingMessage, { host, token, take }: DoorOptions): Promise<Answer> {
  if (LOOPBACK.test(host)) checkHost(request);
  const [path = ''] = (request.url ?? '').split('?');
  if (path === '/health' && request.method === 'GET') return { status: 200, body: { status: 'ok' } };
  const [, given] = /^\/events(?:\/([^/]+))?$/.exec(path) ?? [];
  if (given === undefined) checkToken(request, token);
  else checkSecret(given, token);
  if (request.method !== 'POST' || !path.startsWith('/events'))
    throw new Refused(404, 'there is POST /events, and GET /health');
  const created = createdObjects(await readObject(request));
  if (!created) throw new Refused(400, 'the body must be an S3 event notification, with Records');
  return { status: take(created) ? 202 : 503 };
}

export function send(response: ServerResponse, { status, body }: Answer): void {
  const text = body ? `${JSON.stringify(body)}\n` : '';
  response.writeHead(status, {
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(body && { 'content-type': 'application/json' }),
    ...(status === 503 && { 'retry-after': '1' }),
  });
  response.end(text);
}
