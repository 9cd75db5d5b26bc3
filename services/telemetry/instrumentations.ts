import type { IncomingMessage } from 'node:http';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { PgInstrumentation } from '@opentelemetry/instrumentation-pg';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { queryShape } from './query-shape.ts';
import { redisStatement } from './redis-statement.ts';

const requestId = ['x-request-id'];
// What people type into a search box is theirs; credentials have no place in a URL, but people put them there.
const redactedQuery = ['q', 'token', 'password', 'card_number', 'key', 'secret', 'sig', 'signature'];

const withoutQuery = (url: string) => url.split('?', 1)[0] ?? url;

function isProbe(request: IncomingMessage): boolean {
  const path = withoutQuery(request.url ?? '');
  return path === '/health' || path === '/metrics';
}

/**
 * What makes spans, in the stable HTTP and database conventions (the pinned versions know no others). A store's
 * command makes one only inside a request or job: polling, probes and gauges would bury the rest.
 */
export function instrumentations(): Instrumentation[] {
  return [
    new HttpInstrumentation({
      ignoreIncomingRequestHook: isProbe,
      requireParentforOutgoingSpans: true,
      redactedQueryParams: redactedQuery,
      redactedQueryParamsServer: redactedQuery,
      headersToSpanAttributes: {
        server: { requestHeaders: requestId },
        client: { requestHeaders: requestId },
      },
    }),
    new UndiciInstrumentation({
      requireParentforSpans: true,
      headersToSpanAttributes: { requestHeaders: requestId },
    }),
    new PgInstrumentation({
      requireParentSpan: true,
      requestHook: (span, { query }) => {
        const { operation, table } = queryShape(query.text);
        span.setAttribute('db.operation.name', operation);
        if (table !== undefined) span.setAttribute('db.collection.name', table);
      },
    }),
    new IORedisInstrumentation({ requireParentSpan: true, dbStatementSerializer: redisStatement }),
    // Two spans a request: the request inside the framework, and its handler. One for every hook would double a trace
    // and tell nothing: our hooks only log.
    new FastifyOtelInstrumentation({
      registerOnInitialization: true,
      instrumentHooks: false,
      requestHook: (span, request) => span.setAttribute('url.path', withoutQuery(request.url)),
    }) as unknown as Instrumentation,
  ];
}
