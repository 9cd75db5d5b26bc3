import { createServer, type Server } from 'node:net';
import { InfraError } from '../errors.ts';

const HOST = '127.0.0.1';
// Below what systems hand out for outgoing connections, one of which could otherwise take a port before it is bound.
const FIRST = 20_000;
const COUNT = 12_000;
const TRIES = 200;

/** Loopback ports of one stack. A port is held by a listener of ours until the component that gets it is started. */
export class Ports {
  readonly #held = new Map<string, { readonly port: number; readonly holder: Server | undefined }>();

  /**
   * Takes the given port, or a free one when it is 0 or not given.
   * @throws PORT_BUSY, NO_FREE_PORT
   */
  async reserve({
    component,
    name,
    port = 0,
  }: {
    component: string;
    name: string;
    port?: number;
  }): Promise<number> {
    for (let tries = 0; tries < (port === 0 ? TRIES : 1); tries += 1) {
      const candidate = port === 0 ? FIRST + Math.floor(Math.random() * COUNT) : port;
      const holder = await listen(candidate);
      if (holder === undefined) continue;
      this.#held.set(`${component} ${name}`, { port: candidate, holder });
      return candidate;
    }
    throw port === 0
      ? new InfraError('NO_FREE_PORT', [component, TRIES])
      : new InfraError('PORT_BUSY', [port, component]);
  }

  get({ component, name }: { component: string; name: string }): number | undefined {
    return this.#held.get(`${component} ${name}`)?.port;
  }

  /** Lets go of a component's ports: it is about to listen on them. Their numbers stay known. */
  async handOver(component: string): Promise<void> {
    for (const [key, { port, holder }] of this.#held) {
      if (!key.startsWith(`${component} `) || holder === undefined) continue;
      await new Promise((resolve) => holder.close(resolve));
      this.#held.set(key, { port, holder: undefined });
    }
  }

  async releaseAll(): Promise<void> {
    for (const { holder } of this.#held.values()) {
      if (holder?.listening) await new Promise((resolve) => holder.close(resolve));
    }
    this.#held.clear();
  }
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' || error.code === 'EACCES' ? resolve(undefined) : reject(error),
    );
    server.listen({ port, host: HOST, exclusive: true }, () => resolve(server.unref()));
  });
}
