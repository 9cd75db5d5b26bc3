import { context, type Span, trace } from '@opentelemetry/api';
import { getRPCMetadata, RPCType } from '@opentelemetry/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { httpRequestDuration, httpRequestsInFlight } from './metrics.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** the span of the whole request: the server span, not the handler's */
    serverSpan: Span | undefined;
    /** set once the request is authorised */
    userId: string | undefined;
    /** true while it counts as in flight */
    inFlight: boolean;
    /** true once the access line is out */
    accessLogged: boolean;
  }
  interface FastifyContextConfig {
    /** probes and scrapes make neither access lines nor spans */
    quiet?: boolean;
  }
}

function serverSpan(): Span | undefined {
  const rpc = getRPCMetadata(context.active());
  return rpc?.type === RPCType.HTTP ? rpc.span : trace.getActiveSpan();
}

function pathOf(url: string): string {
  const end = url.search(/[?#]/);
  return end === -1 ? url : url.slice(0, end);
}

/** Writes the one line that is the record of truth for a request, and counts it. Safe to call twice. */
export function writeAccessLine(request: FastifyRequest, reply: FastifyReply): void {
  if (request.accessLogged || request.routeOptions.config?.quiet) return;
  request.accessLogged = true;
  const route = request.routeOptions.url ?? 'unmatched';
  const span = request.serverSpan?.spanContext();
  const level = reply.statusCode >= 500 ? 'error' : reply.statusCode >= 400 ? 'warn' : 'info';
  request.log[level](
    {
      event: 'http.access',
      method: request.method,
      route,
      path: pathOf(request.url),
      status: reply.statusCode,
      duration_ms: Math.round(reply.elapsedTime * 1000) / 1000,
      ...(request.userId === undefined ? {} : { user_id: request.userId }),
      peer: request.ip,
      ...(span ? { trace_id: span.traceId, span_id: span.spanId } : {}),
    },
    `${request.method} ${route} ${reply.statusCode}`,
  );
  httpRequestDuration.observe(
    { method: request.method, route, status: reply.statusCode },
    reply.elapsedTime / 1000,
  );
}

/** Adds the access line, request id and request metrics to a server. */
export function addAccessLog(app: FastifyInstance): void {
  app.decorateRequest('serverSpan', undefined);
  app.decorateRequest('userId', undefined);
  app.decorateRequest('inFlight', false);
  app.decorateRequest('accessLogged', false);
  app.addHook('onRequest', (request, reply, done) => {
    if (!request.routeOptions.config?.quiet) {
      request.inFlight = true;
      httpRequestsInFlight.inc();
      request.serverSpan = serverSpan();
      // The instrumentation copies the header when the client sent one that we keep; else this is where the id enters.
      if (request.headers['x-request-id'] !== request.id) {
        request.serverSpan?.setAttribute('http.request.header.x-request-id', [request.id]);
      }
    }
    reply.header('x-request-id', request.id);
    done();
  });
  // onSend runs before the first byte of the response: a client that has an answer has a line.
  app.addHook('onSend', (request, reply, _payload, done) => {
    writeAccessLine(request, reply);
    done();
  });
  app.addHook('onResponse', (request, _reply, done) => {
    if (request.inFlight) httpRequestsInFlight.dec();
    request.inFlight = false;
    done();
  });
}
