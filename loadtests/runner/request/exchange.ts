import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { bytesSince, type Connections } from './connections.ts';
import { classifyFailure, type Failure, INTERRUPTED, invalidUrl, TIMED_OUT } from './failure.ts';
import { Stopwatch, type Timings } from './timings.ts';

export interface Answer {
  status: number;
  statusText: string;
  proto: 'HTTP/1.0' | 'HTTP/1.1';
  headers: string[];
  body: Buffer;
  remoteIp: string;
  remotePort: number;
  tlsVersion?: string;
}

/** One attempt: an answer or a failure, never both; bytes and timings either way. */
export type Exchange = { timings: Timings; sent: number; received: number } & (
  | { answer: Answer; failure?: undefined }
  | { answer?: undefined; failure: Failure }
);

/** Sends one request and reads its whole answer. Never rejects. `timeoutMs` covers everything, connecting included. */
export function exchange({
  connections,
  method,
  url,
  headers,
  body,
  timeoutMs,
  signal,
}: {
  connections: Connections;
  method: string;
  url: string;
  headers: Record<string, string>;
  body: Buffer | undefined;
  timeoutMs: number;
  signal: AbortSignal;
}): Promise<Exchange> {
  const watch = new Stopwatch();
  const target = URL.canParse(url) ? new URL(url) : undefined;
  if (!target || !/^https?:$/.test(target.protocol)) {
    return Promise.resolve({ failure: invalidUrl(url), timings: watch.read(), sent: 0, received: 0 });
  }
  return new Promise((resolve) => {
    let socket: Socket | undefined;
    let settled = false;
    const settle = (result: { answer: Answer } | { failure: Failure }) => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', interrupt);
      const bytes = socket ? bytesSince(socket) : { sent: 0, received: 0 };
      resolve({ ...result, timings: watch.read(), ...bytes });
    };
    const cutOff = (failure: Failure) => {
      settle({ failure });
      request.destroy();
    };
    const fail = (cause: NodeJS.ErrnoException) => settle({ failure: classifyFailure(cause) });
    const interrupt = () => cutOff(INTERRUPTED);
    const timer = setTimeout(() => cutOff(TIMED_OUT), timeoutMs);
    signal.addEventListener('abort', interrupt, { once: true });

    const client = target.protocol === 'https:' ? https : http;
    const length = body || method !== 'GET' ? { 'content-length': String(body?.length ?? 0) } : {};
    const request = client.request(target, {
      method,
      headers: { ...length, ...headers },
      agent: connections.agentFor(target),
    });
    request.on('error', fail);
    request.on('socket', (used) => {
      socket = used;
      watch.follow(used);
    });
    request.on('finish', () => watch.mark('sent'));
    request.on('response', (response) => {
      watch.mark('firstByte');
      // A kept connection leaves the response at its end, so the peer is read now.
      const peer = readPeer(response.socket);
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        watch.mark('end');
        settle({ answer: { ...readAnswer(response), ...peer, body: Buffer.concat(chunks) } });
      });
    });
    request.end(body);
    if (signal.aborted) interrupt();
  });
}

type Peer = Pick<Answer, 'remoteIp' | 'remotePort' | 'tlsVersion'>;

function readPeer(socket: Socket & { getProtocol?: () => string | null }): Peer {
  const tlsVersion = socket.getProtocol?.();
  return {
    remoteIp: socket.remoteAddress ?? '',
    remotePort: socket.remotePort ?? 0,
    ...(tlsVersion && { tlsVersion: tlsVersion.toLowerCase().replace('v', '') }),
  };
}

function readAnswer(response: IncomingMessage): Omit<Answer, keyof Peer | 'body'> {
  return {
    status: response.statusCode ?? 0,
    statusText: `${response.statusCode} ${response.statusMessage}`,
    proto: response.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1',
    headers: response.rawHeaders,
  };
}
