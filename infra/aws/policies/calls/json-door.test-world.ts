import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { decide } from '../evaluate.ts';
import { EXAMPLE } from '../example.ts';
import { policyOf, type RoleName } from '../index.ts';
import { jsonRequestsOf, nameOf } from './json-call.test-world.ts';

/** A door to a server of AWS APIs that speak JSON, through which only passes what a role may do. */
export interface JsonDoor {
  readonly endpoint: string;
  /** What came, each once: `ECS UpdateService`. */
  readonly calls: () => readonly string[];
  /** What was asked of IAM, each once: `iam:PassRole on arn:…`. */
  readonly asked: () => readonly string[];
  readonly refused: () => readonly string[];
}

export async function startJsonDoor(t: TestContext, role: RoleName, to: string): Promise<JsonDoor> {
  const documents = [policyOf(role, EXAMPLE)];
  const [calls, asked, refused] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const call = { target: String(request.headers['x-amz-target']), body: JSON.parse(body || '{}') };
    calls.add(nameOf(call));
    for (const one of jsonRequestsOf(call, EXAMPLE)) {
      const said = `${one.action} on ${one.resource}`;
      asked.add(said);
      if (!decide(documents, one).allowed) refused.add(said);
    }
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(to + request.url, {
      ...{ method: 'POST', headers: headers as Record<string, string>, body },
    }).catch(() => undefined);
    if (!answer) return void response.destroy(); // the server has ended, with the test
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
    response.end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const sorted = (set: ReadonlySet<string>) => () => [...set].sort();
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ calls: sorted(calls), asked: sorted(asked), refused: sorted(refused) },
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
