import { connect } from 'node:net';
import type { Address } from './target.ts';

const ATTEMPT_MS = 2000;

/** One attempt each: they resolve when the component is ready to serve and reject with the reason when it is not. */
export async function probeHttp({ address, path }: { address: Address; path: string }): Promise<void> {
  const response = await fetch(address.url + path, { signal: AbortSignal.timeout(ATTEMPT_MS) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`GET ${path} answered ${response.status}`);
}

/**
 * What pg_isready does: a start-up message gets an authentication request ('R') from a server that takes sessions, and
 * an error ('E') from one that is starting or stopping.
 */
export async function probePostgres({ address }: { address: Address }): Promise<void> {
  const parameters = 'user\0storefront\0database\0storefront\0\0';
  const message = Buffer.alloc(8 + Buffer.byteLength(parameters));
  message.writeInt32BE(message.length, 0);
  message.writeInt32BE(0x0003_0000, 4); // protocol 3.0
  message.write(parameters, 8);
  const answer = await exchange({ address, message, isComplete: (data) => data.length > 0 });
  if (answer[0] !== 0x52) throw new Error('the server does not take sessions yet');
}

/** AUTH and PING in one write. */
export async function probeRedis({
  address,
  password,
}: {
  address: Address;
  password: string;
}): Promise<void> {
  const answer = await exchange({
    address,
    message: Buffer.from(`AUTH ${password}\r\nPING\r\n`),
    isComplete: (data) => data.toString().split('\r\n').length > 2 || data[0] === 0x2d,
  });
  if (!answer.toString().includes('+PONG')) throw new Error(`PING answered ${answer.toString().trim()}`);
}

function exchange(options: {
  address: Address;
  message: Buffer;
  isComplete: (data: Buffer) => boolean;
}): Promise<Buffer> {
  const { address, message, isComplete } = options;
  return new Promise((resolve, reject) => {
    let data = Buffer.alloc(0);
    const socket = connect({ host: address.host, port: address.port }, () => socket.write(message));
    socket.setTimeout(ATTEMPT_MS, () => socket.destroy(new Error('no answer')));
    socket.on('data', (chunk: Buffer) => {
      data = Buffer.concat([data, chunk]);
      if (!isComplete(data)) return;
      socket.end();
      resolve(data);
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection was closed')));
  });
}
