import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A moment of a request: its head is here; a part of its body is here; the server has carried it out, and nobody knows of it. */
export const MOMENTS = ['asked', 'halfway', 'carried out'] as const;
export type Moment = (typeof MOMENTS)[number];
/** What becomes of a request: as it should; refused with 503; not allowed (403); carried out, and its answer lost. */
export type Verdict = 'pass' | 'refuse' | 'deny' | 'lose';

export interface S3Proxy {
  readonly endpoint: string;
  /** Requests that came so far. */
  readonly requests: () => number;
  /** Bytes of bodies that came so far: of requests, and of answers. */
  readonly bytes: () => { readonly sent: number; readonly received: number };
  close(): Promise<void>;
}

const errorXml = (code: string, message: string): string =>
  `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
const NO = {
  refuse: { status: 503, body: errorXml('SlowDown', 'Reduce your request rate.') },
  deny: { status: 403, body: errorXml('AccessDenied', 'Access Denied') },
};

/**
 * An HTTP proxy before a real S3 server, which spoils what it is told to. Bodies are streamed; signatures stay valid, since
 * the Host header goes through as it came.
 */
export async function startS3Proxy({
  to,
  verdict = () => 'pass',
  onMoment = () => undefined,
  onBytes = () => undefined,
}: {
  /** URL of the server. */
  to: string;
  /** @param name method, path and query: the same for all attempts of one call. A promise holds the request. */
  verdict?: (name: string) => Verdict | Promise<Verdict>;
  /** @param n which request, from 1. @param name as for `verdict` */
  onMoment?: (n: number, moment: Moment, name: string) => void;
  /** Told of every chunk of a body, that it was counted. */
  onBytes?: () => void;
}): Promise<S3Proxy> {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(to);
  let requests = 0;
  const bytes = { sent: 0, received: 0 };
  const count = (of: keyof typeof bytes, { length }: Buffer): void => {
    bytes[of] += length;
    onBytes();
  };

  const handle = async (asked: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const n = ++requests;
    const { method = 'GET', url = '/', headers } = asked;
    const name = `${method} ${url}`;
    const said = verdict(name);
    const become = typeof said === 'string' ? said : await said;
    onMoment(n, 'asked', name);
    if (become === 'refuse' || become === 'deny') {
      const { status, body } = NO[become];
      asked.resume().once('end', () => {
        answer.writeHead(status, { 'content-type': 'application/xml' }).end(body);
      });
      return;
    }
    const upstream = request({ agent, hostname, port, method, path: url, headers }, (response) => {
      onMoment(n, 'carried out', name);
      if (become === 'lose') {
        response.resume().once('end', () => asked.socket.destroy());
        return;
      }
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.on('data', (chunk: Buffer) => count('received', chunk)).pipe(answer);
    });
    upstream.on('error', () => asked.socket.destroy());
    asked.once('data', () => onMoment(n, 'halfway', name));
    // A client that is gone has sent only a part: the server must see that.
    asked.on('close', () => asked.complete || upstream.destroy());
    asked.on('data', (chunk: Buffer) => count('sent', chunk)).pipe(upstream);
  };
  const server = createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    bytes: () => ({ ...bytes }),
    async close() {
      server.closeAllConnections();
      server.close();
      agent.destroy();
      await once(server, 'close');
    },
  };
}
