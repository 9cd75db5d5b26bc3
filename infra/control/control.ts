import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InfraError } from '../errors.ts';
import type { Address, Target } from '../target.ts';
import { TOPOLOGY } from '../topology.ts';
import type { Answer } from './operator.ts';
import { checkHost, checkToken, Refused, readObject } from './request.ts';
import { type Reverted, RevertibleChanges } from './revertible.ts';

const HOST = '127.0.0.1';

/**
 * The one door through which anything in the stack is changed while it runs; on loopback, unless `on` says where else.
 *
 *   GET  /health           200, no token
 *   GET  /stack            addresses of the components and versions of the services
 *   POST /changes          see changes.ts; answers when the change took effect
 *   POST /changes/revert   takes back whatever is not as it was; 502 when a part of that failed
 *
 * 403 for a foreign Host, 401 without the token, 400 for what is not understood, 502 for a change that failed, 503 while
 * the target still starts.
 */
export class Control {
  readonly #server: Server;
  readonly #changes: RevertibleChanges;
  readonly #name: string;

  private constructor({
    server,
    changes,
    name,
  }: { server: Server; changes: RevertibleChanges; name: string }) {
    this.#server = server;
    this.#changes = changes;
    this.#name = name;
  }

  /**
   * @param port 0 for a free one
   * @param on another place than loopback, for a stack in a private network: the address to listen at, and the name by which
   * it is asked there
   * @param ready when the target has started, for one that takes its time; until then only /health is answered with 200
   * @throws PORT_BUSY
   */
  static async start(options: {
    target: Target;
    token?: string;
    port?: number;
    on?: { readonly host: string; readonly name: string };
    ready?: Promise<unknown>;
  }): Promise<Control> {
    const {
      target,
      token = target.secrets().controlToken,
      port = 0,
      on = { host: HOST, name: HOST },
      ready,
    } = options;
    const changes = new RevertibleChanges(target);
    let isReady = ready === undefined;
    const setReady = () => {
      isReady = true;
    };
    ready?.then(setReady, () => {});
    // Times to receive a request; a change may take as long as it takes.
    const server = createServer({ headersTimeout: 5000, requestTimeout: 10_000 }, (request, response) => {
      void answer(request, { target, token, changes, name: on.name, isReady }).then((result) =>
        send(response, result),
      );
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          cause.code === 'EADDRINUSE'
            ? new InfraError('PORT_BUSY', [port, 'the control API'], { cause })
            : cause,
        ),
      );
      server.listen({ port, host: on.host }, resolve);
    });
    return new Control({ server, changes, name: on.name });
  }

  get address(): Address {
    const { port } = this.#server.address() as AddressInfo;
    return { host: this.#name, port, url: `http://${this.#name}:${port}` };
  }

  /**
   * Takes back whatever changes made through this API have left, the newest first; what fails is in the result, and the rest
   * was tried all the same. To be called before a stack is left up.
   */
  revertAll(): Promise<Reverted> {
    return this.#changes.revertAll();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

async function answer(
  request: IncomingMessage,
  {
    target,
    token,
    changes,
    name,
    isReady,
  }: { target: Target; token: string; changes: RevertibleChanges; name: string; isReady: boolean },
): Promise<Answer> {
  try {
    checkHost(request, name);
    const route = `${request.method} ${(request.url ?? '').split('?')[0]}`;
    if (route === 'GET /health') return { status: 200, body: { status: 'ok' } };
    checkToken(request, token);
    if (!isReady) throw new Refused(503, 'the stack must be up, and is still starting; ask again');
    if (route === 'GET /stack') return { status: 200, body: stackOf(target) };
    if (route === 'POST /changes') return await changes.apply(await readObject(request));
    if (route === 'POST /changes/revert') {
      const body = await changes.revertAll();
      return { status: body.failed.length > 0 ? 502 : 200, body };
    }
    throw new Refused(404, `no such route: ${route}`);
  } catch (error) {
    if (error instanceof Refused) return problem(error.status, error);
    const refused = error instanceof InfraError && error.code !== 'OPERATOR_AWAY';
    return problem(refused ? 400 : 502, error);
  }
}

function stackOf(target: Target) {
  const listening = TOPOLOGY.filter(({ ports }) => Object.keys(ports).length > 0);
  const addresses = listening.flatMap(({ name }) => {
    try {
      return [[name, target.address(name).url]];
    } catch {
      return []; // not part of this stack
    }
  });
  return { kind: target.kind, addresses: Object.fromEntries(addresses), versions: target.versions() };
}

function problem(status: number, error: unknown): Answer {
  const code = (error as { code?: unknown }).code ?? 'INTERNAL';
  return { status, body: { error: code, message: error instanceof Error ? error.message : String(error) } };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(body)}\n`);
}
