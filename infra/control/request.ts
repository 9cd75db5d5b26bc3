import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { InfraError } from '../errors.ts';

const BODY_LIMIT = 64 * 1024;
const OWN_HOSTS = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** A request that is not answered as it wished: the HTTP status and the reason. */
export class Refused extends InfraError<'REQUEST_REFUSED'> {
  readonly status: number;
  constructor(status: number, reason: string) {
    super('REQUEST_REFUSED', [reason]);
    this.status = status;
  }
}

/** A foreign Host is a page in somebody's browser that had its name resolve to this machine. */
export function checkHost(request: IncomingMessage, name = '127.0.0.1'): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== name && !OWN_HOSTS.has(host))
    throw new Refused(403, `Host must be ${name} or localhost, got ${JSON.stringify(host)}`);
}

export function checkToken(request: IncomingMessage, token: string): void {
  checkSecret(request.headers.authorization ?? '', `Bearer ${token}`);
}

/** Compares in constant time, whatever the lengths. */
export function checkSecret(given: string, wanted: string): void {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(given), digest(wanted)))
    throw new Refused(401, 'the bearer token is missing or wrong');
}

/** The JSON object in the body. */
export async function readObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/.test(type))
    throw new Refused(415, `content-type must be application/json, got ${JSON.stringify(type)}`);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Refused(413, `a body can have ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  const value = parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Refused(400, 'the body must be a JSON object');
  return value as Record<string, unknown>;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, 'the body must be JSON');
  }
}
