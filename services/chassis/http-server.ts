import { randomUUID } from 'node:crypto';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { register } from 'prom-client';
import { addAccessLog, writeAccessLine } from './access-log.ts';
import { databaseError } from './database.ts';
import { StorefrontError, storefrontError } from './errors.ts';
import type { Logger } from './log.ts';
import { bearerMatches } from './token.ts';
import { withWaitLimit } from './wait-limit.ts';

/** Checks by name; each resolves when what it stands for can be used. */
export type Checks = Record<string, () => Promise<unknown>>;

const requestIdShape = /^[A-Za-z0-9-]{1,64}$/;
const checkLimit = 1_000;

/** A server with the limits, the access log, /health and /metrics that every service of the storefront has. */
export function createHttpServer({
  log,
  metricsToken,
  checks,
}: {
  log: Logger;
  metricsToken: string;
  checks: Checks;
}): FastifyInstance {
  const app = Fastify({
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: (request) => {
      const given = request.headers['x-request-id'];
      return typeof given === 'string' && requestIdShape.test(given) ? given : randomUUID();
    },
    bodyLimit: 64 * 1024,
    requestTimeout: 15_000,
    connectionTimeout: 60_000,
    keepAliveTimeout: 75_000,
    http: { headersTimeout: 5_000 },
    routerOptions: { maxParamLength: 100 },
    // While closing, a request on an open connection is served like any other: it has an access line and a real answer.
    return503OnClosing: false,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: true, allErrors: false } },
    // These (a malformed URL) come before routing and pass by the hooks.
    frameworkErrors: (error, request, reply) => {
      const untyped = reply as unknown as FastifyReply;
      void untyped.code(error.statusCode ?? 400);
      writeAccessLine(request, untyped);
      answerError(error, request, untyped);
    },
  }) as unknown as FastifyInstance;

  addAccessLog(app);
  // The body has come by then: what follows runs from here to the answer.
  app.addHook('preHandler', (_request, _reply, done) => withWaitLimit(done));
  closeConnectionsAtTheEnd(app);
  app.setErrorHandler((error: FastifyError, request, reply) => answerError(error, request, reply));
  app.setNotFoundHandler(function notFound(request, reply) {
    void reply
      .code(404)
      .send({ error: 'NOT_FOUND', message: `${request.method} ${request.url.split('?')[0]} is not a route` });
  });

  const quiet = { quiet: true, otel: false } as object;
  app.get('/health', { config: quiet, logLevel: 'silent' }, async () => {
    const failed = await failedChecks(checks);
    if (failed.length > 0) throw storefrontError('NOT_READY', [failed]);
    return { status: 'ok' };
  });
  app.get('/metrics', { config: quiet, logLevel: 'silent' }, async (request, reply) => {
    if (!bearerMatches(request.headers.authorization, metricsToken)) {
      throw storefrontError('UNAUTHENTICATED', ['/metrics needs its bearer token']);
    }
    void reply.type(register.contentType);
    return register.metrics();
  });
  return app;
}

/**
 * `close` waits for every connection, and one that was busy when it began would stay open for its keep-alive time. So the
 * last answer on a connection says that it is the last, and what is idle nevertheless is closed.
 */
function closeConnectionsAtTheEnd(app: FastifyInstance): void {
  let closing: NodeJS.Timeout | undefined;
  app.addHook('preClose', (done) => {
    closing = setInterval(() => app.server.closeIdleConnections(), 100);
    done();
  });
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (closing) reply.header('connection', 'close');
    done();
  });
  app.addHook('onClose', (_instance, done) => {
    clearInterval(closing);
    done();
  });
}

async function failedChecks(checks: Checks): Promise<string[]> {
  const names = Object.keys(checks);
  const results = await Promise.all(
    names.map(async (name) => {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<boolean>((resolve) => {
        timer = setTimeout(resolve, checkLimit, false);
      });
      const passed = Promise.resolve(checks[name]?.()).then(
        () => true,
        () => false,
      );
      return Promise.race([passed, limit]).finally(() => clearTimeout(timer));
    }),
  );
  return names.filter((_, index) => !results[index]);
}

/** What a client is told of an error. */
export function problemOf(error: unknown): { status: number; error: string; message: string } {
  const known = databaseError(error) as FastifyError | StorefrontError;
  const status = known.statusCode !== undefined && known.statusCode >= 400 ? known.statusCode : 500;
  const ours = known instanceof StorefrontError || status < 500;
  return {
    status,
    error: ours ? (known.code ?? 'BAD_REQUEST') : 'INTERNAL',
    message: ours ? known.message : 'internal error',
  };
}

function answerError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, ...problem } = problemOf(error);
  const known = databaseError(error) as FastifyError;
  if (status >= 500) request.log.error({ err: known }, `${request.method} failed: ${known.message}`);
  void reply.code(status).send(problem);
}
