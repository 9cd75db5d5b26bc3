import type { Attributes } from './otlp.ts';

export interface SpanPlan {
  readonly service: string;
  readonly name: string;
  readonly kind: number;
  /** Number of the span that it is a child of; -1: of none. */
  readonly parent: number;
  readonly attributes: Attributes;
}

/** One request of the storefront as its spans, in the shape that the services' instrumentation gives them. */
export function requestSpans(user: number, requestId: string): readonly SpanPlan[] {
  const header = { 'http.request.header.x_request_id': [requestId] };
  const http = {
    'url.scheme': 'http',
    'network.protocol.version': '1.1',
    'http.response.status_code': 200,
    ...header,
  };
  const redis = { 'db.system.name': 'redis', 'server.address': 'localhost', 'server.port': 6379 };
  const postgres = {
    'db.system.name': 'postgresql',
    'db.namespace': 'storefront',
    'server.address': 'localhost',
    'server.port': 5432,
  };
  return [
    {
      service: 'web-api',
      name: 'GET /api/users/:id',
      kind: 2,
      parent: -1,
      attributes: {
        ...http,
        'http.request.method': 'GET',
        'url.path': `/api/users/${user}`,
        'http.route': '/api/users/:id',
        'server.address': 'localhost',
        'server.port': 8080,
        'client.address': '127.0.0.1',
        'network.peer.address': '127.0.0.1',
        'network.peer.port': 40000 + (user % 20000),
        'user_agent.original': 'k6/1.0',
      },
    },
    {
      service: 'web-api',
      name: 'POST',
      kind: 3,
      parent: 0,
      attributes: {
        ...http,
        'http.request.method': 'POST',
        'url.full': 'http://localhost:8081/auth/validate',
        'url.path': '/auth/validate',
        'server.address': 'localhost',
        'server.port': 8081,
      },
    },
    {
      service: 'auth-service',
      name: 'POST /auth/validate',
      kind: 2,
      parent: 1,
      attributes: {
        ...http,
        'http.request.method': 'POST',
        'url.path': '/auth/validate',
        'http.route': '/auth/validate',
        'server.address': 'localhost',
        'server.port': 8081,
        'client.address': '127.0.0.1',
      },
    },
    {
      service: 'auth-service',
      name: 'auth.validate',
      kind: 1,
      parent: 2,
      attributes: { 'enduser.id': String(user), 'auth.outcome': 'success' },
    },
    {
      service: 'auth-service',
      name: 'get',
      kind: 3,
      parent: 3,
      attributes: { ...redis, 'db.operation.name': 'get', 'db.query.text': 'get ?' },
    },
    {
      service: 'web-api',
      name: 'get',
      kind: 3,
      parent: 0,
      attributes: { ...redis, 'db.operation.name': 'get', 'db.query.text': 'get ?' },
    },
    {
      service: 'web-api',
      name: 'pg.query:SELECT storefront',
      kind: 3,
      parent: 0,
      attributes: { ...postgres, 'db.query.text': 'SELECT id, username, country FROM users WHERE id = $1' },
    },
    {
      service: 'web-api',
      name: 'set',
      kind: 3,
      parent: 0,
      attributes: { ...redis, 'db.operation.name': 'set', 'db.query.text': 'set ? ?' },
    },
  ];
}
