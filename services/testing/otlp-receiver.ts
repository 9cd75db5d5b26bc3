import { once } from 'node:events';
import { createServer } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { readPoints, readSpans, type SeenPoint, type SeenSpan } from './otlp-read.ts';

/** A collector's OTLP/HTTP door that keeps what it is given. */
export interface OtlpReceiver {
  url: string;
  spans: SeenSpan[];
  points: SeenPoint[];
  /** every body as it came, for searches through all of it */
  bodies: Buffer[];
  /** while true, everything is refused for good (status 400): a sender does not try again */
  refusing: boolean;
  close(): Promise<void>;
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks);
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
      if (receiver.refusing) {
        response.writeHead(400).end();
        return;
      }
      receiver.bodies.push(body);
      if (request.url === '/v1/traces') receiver.spans.push(...readSpans(body));
      if (request.url === '/v1/metrics') receiver.points.push(...readPoints(body));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const receiver: OtlpReceiver = {
    url: `http://127.0.0.1:${port}`,
    spans: [],
    points: [],
    bodies: [],
    refusing: false,
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
  return receiver;
}
