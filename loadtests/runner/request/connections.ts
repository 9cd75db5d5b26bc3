import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';

/**
 * The keep-alive connections of one VU. As in k6 each VU has its own, kept over its iterations.
 *
 * node:http and not undici: its sockets tell when they looked up, connected and flushed, which the timings need;
 * it is part of Node; and its agent honours the server's `Keep-Alive: timeout` hint, so that a connection that the
 * server is about to close is not used once more (a request that meets such a close has no known outcome).
 */
export class Connections {
  private readonly http = new http.Agent({ keepAlive: true });
  private readonly https = new https.Agent({ keepAlive: true });

  agentFor(url: URL): http.Agent {
    return url.protocol === 'https:' ? this.https : this.http;
  }

  close(): void {
    this.http.destroy();
    this.https.destroy();
  }
}

const counted = new WeakMap<Socket, { written: number; read: number }>();

/** Bytes that a socket moved since it was last asked about. */
export function bytesSince(socket: Socket): { sent: number; received: number } {
  const before = counted.get(socket) ?? { written: 0, read: 0 };
  const now = { written: socket.bytesWritten, read: socket.bytesRead };
  counted.set(socket, now);
  return { sent: now.written - before.written, received: now.read - before.read };
}
