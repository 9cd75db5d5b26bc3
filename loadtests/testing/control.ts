import type { ServerResponse } from 'node:http';
import { type Received, startServer, type TestServer } from './server.ts';

export const CONTROL_TOKEN = 'token-of-the-test';

/** Bodies of the changes that were asked for, in order; `revert` for the end's taking back of everything. */
export const asked = ({ received }: TestServer): unknown[] =>
  received
    .filter(({ method }) => method === 'POST')
    .map(({ path, body }) => (path === '/changes/revert' ? 'revert' : JSON.parse(body)));

/** Answers like the control API, and changes nothing. `change` may answer in its place; `left` is what cannot be taken back. */
export function startControl(
  change?: (body: Record<string, unknown>, response: ServerResponse) => boolean,
  left: readonly string[] = [],
): Promise<TestServer> {
  let changes = 0;
  return startServer(({ method, path, headers, body }: Received, response) => {
    const send = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(value)}\n`);
    };
    if (headers.authorization !== `Bearer ${CONTROL_TOKEN}`) return send(401, { error: 'REQUEST_REFUSED' });
    if (method === 'GET' && path === '/stack') return send(200, { kind: 'embedded' });
    if (method === 'POST' && path === '/changes/revert')
      return send(left.length > 0 ? 502 : 200, { reverted: [], failed: left });
    if (method !== 'POST' || path !== '/changes') return send(404, { error: 'REQUEST_REFUSED' });
    const request = JSON.parse(body) as Record<string, unknown>;
    if (change?.(request, response)) return;
    changes += 1;
    send(200, { uid: `c-${changes}`, kind: request.kind, status: 'applied' });
  });
}
