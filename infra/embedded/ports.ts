import { createServer, type Server } from 'node:net';
import { InfraError } from '../errors.ts';

const HOST = '127.0.0.1';
// Below what systems hand out for outgoing connections, one of which could otherwise take a port before it is bound.
const FIRST = 20_000;
const COUNT = 12_000;
const TRIES = 200;

interface Slot {
  readonly component: string;
  readonly replica: number;
  /** Name of the port in the topology. */
  readonly name: string;
}

/** Loopback ports of one stack. A port is held by a listener of ours until the replica that gets it is started. */
export class Ports {
  readonly #held = new Map<string, { readonly port: number; readonly holder: Server | undefined }>();

  /**
   * Takes the given port, or a free one when it is 0 or not given.
   * @throws PORT_BUSY, NO_FREE_PORT
   */
  async reserve({ port = 0, ...slot }: Slot & { port?: number }): Promise<number> {
    for (let tries = 0; tries < (port === 0 ? TRIES : 1); tries += 1) {
      const candidate = port === 0 ? FIRST + Math.floor(Math.random() * COUNT) : port;
      const holder = await listen(candidate);
      if (holder === undefined) continue;
      this.#held.set(keyOf(slot), { port: candidate, holder });
      return candidate;
    }
    throw port === 0
      ? new InfraError('NO_FREE_PORT', [slot.component, TRIES])
      : new InfraError('PORT_BUSY', [port, slot.component]);
  }

  get(slot: Slot): number | undefined {
    return this.#held.get(keyOf(slot))?.port;
  }

  /** Lets go of a port: its replica is about to listen on it. The number stays known. */
  async handOver(slot: Slot): Promise<void> {
    const held = this.#held.get(keyOf(slot));
    if (held?.holder === undefined) return;
    await close(held.holder);
    this.#held.set(keyOf(slot), { port: held.port, holder: undefined });
  }

  async releaseAll(): Promise<void> {
    for (const { holder } of this.#held.values()) if (holder !== undefined) await close(holder);
    this.#held.clear();
  }
}

const keyOf = ({ component, replica, name }: Slot): string => `${component} ${replica} ${name}`;

const close = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server.unref()));
  });
}
