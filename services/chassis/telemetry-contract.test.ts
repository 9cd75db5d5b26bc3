import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../testing/process.ts';
import type { Answer } from '../testing/shopper.ts';
import { Shopper } from '../testing/shopper.ts';
import {
  metricsToken,
  operatorToken,
  type ServiceName,
  type Storefront,
  startStorefront,
} from '../testing/storefront.ts';

const canaries = {
  password: 'canary-password-93',
  card: '4929000000006',
  search: 'canary-search-17',
  token: 'canary-token-55',
};

describe('the telemetry contract', () => {
  let stack: Storefront;
  let shopper: Shopper;
  const answers: Answer[] = [];
  before(async () => {
    stack = await startStorefront();
    shopper = new Shopper({ url: stack.urls['web-api'] });
    answers.push(await shopper.login(7));
    answers.push(
      ...(await Promise.all([
        shopper.get('/api/users/1'),
        shopper.get('/api/users?limit=2'),
        shopper.get('/api/users/77777'),
        shopper.get(`/api/search?q=${canaries.search}`),
        shopper.get('/api/analytics'),
        shopper.checkout({ card: canaries.card }),
        shopper.checkout({ product: 250 }),
        shopper.post('/api/login', { username: 'user1', password: canaries.password }),
        shopper.get('/api/users/2', { authorization: `Bearer ${canaries.token}` }),
      ])),
    );
    await fetch(`${stack.urls['web-api']}/health`);
    await fetch(`${stack.urls['web-api']}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } });
    // The gauges that ask a store come with a regular export: at the last one the store is let go already.
    const regular = new Set(['payment_queue_jobs', 'db_statement_exec_seconds']);
    await until('a regular export', () => {
      for (const { name } of stack.otlp.points) regular.delete(name);
      return regular.size === 0;
    });
    await Promise.all(Object.values(stack.services).map((service) => service.stop()));
  });
  after(() => stack?.stop());

  const services = () =>
    Object.entries(stack.services) as [ServiceName, Storefront['services'][ServiceName]][];
  const serverSpans = () =>
    stack.otlp.spans.filter(({ service, kind }) => service === 'web-api' && kind === 2);

  test('lines count up by one, from 1, in every process', () => {
    for (const [name, { lines }] of services()) {
      assert.deepEqual(
        lines.map(({ line }) => line),
        lines.map((_, index) => index + 1),
        name,
      );
    }
  });

  test('every line has the fields of the contract', () => {
    for (const [name, { lines }] of services()) {
      for (const line of lines) {
        assert.equal(line.service, name);
        assert.equal(line.version, '1.8.0');
        assert.match(line.instance, new RegExp(`^${name}-[0-9a-f]{8}$`));
        assert.ok(Number.isInteger(line.time));
        assert.ok(['info', 'warn', 'error'].includes(line.level));
        assert.equal(typeof line.msg, 'string');
      }
    }
  });

  test('request ids of client, access lines and server spans are the same set', () => {
    const sent = answers.map(({ requestId }) => requestId).sort();
    const lines = stack.services['web-api'].lines.filter(({ event }) => event === 'http.access');
    assert.deepEqual(lines.map(({ request_id }) => request_id).sort(), sent);
    const spans = serverSpans().map(
      ({ attributes }) => (attributes['http.request.header.x-request-id'] as string[])[0],
    );
    assert.deepEqual(spans.sort(), sent);
  });

  test('an access line agrees with its answer and its server span', () => {
    for (const { requestId, status } of answers) {
      const [line, ...more] = stack.services['web-api'].access(requestId);
      assert.equal(more.length, 0);
      const span = serverSpans().find(({ spanId }) => spanId === line?.span_id);
      assert.equal(line?.status, status);
      assert.equal(line?.trace_id, span?.traceId);
      assert.equal(span?.attributes['http.response.status_code'], status);
      assert.equal(span?.attributes['http.route'], line?.route);
      assert.equal(span?.parentSpanId, '');
      assert.equal(String(line?.path).includes('?'), false);
    }
  });

  test('the request id goes on to auth-service', () => {
    const asked = answers.find(({ status }) => status === 201)?.requestId ?? '';
    assert.equal(stack.services['auth-service'].access(asked).length, 1);
  });

  test('every span has a parent that arrived, or begins a trace as a server span', () => {
    const ids = new Set(stack.otlp.spans.map(({ spanId }) => spanId));
    for (const { name, kind, parentSpanId, service } of stack.otlp.spans) {
      if (parentSpanId === '') assert.equal(kind, 2, `${service} ${name} begins a trace`);
      else assert.ok(ids.has(parentSpanId), `${service} ${name} has lost its parent`);
    }
  });

  test('a request makes 8 to 20 spans; a checkout with its payment up to 30', () => {
    for (const { requestId, status } of answers.filter((answer) => answer.status < 300)) {
      const traceId = stack.services['web-api'].access(requestId)[0]?.trace_id;
      const count = stack.otlp.spans.filter((span) => span.traceId === traceId).length;
      assert.ok(count >= 8 && count <= (status === 201 ? 30 : 20), `${count} spans for ${requestId}`);
    }
  });

  test('resources say the service and nothing of the machine', () => {
    for (const { resource } of stack.otlp.spans) {
      assert.deepEqual(Object.keys(resource).sort(), [
        'deployment.environment.name',
        'service.instance.id',
        'service.name',
        'service.version',
      ]);
    }
  });

  test('the metrics that are watched arrive over OTLP', () => {
    const seen = new Set(stack.otlp.points.map(({ service, name }) => `${service} ${name}`));
    for (const name of [
      'web-api http_request_duration_seconds',
      'web-api db_pool_connections',
      'web-api cache_lookups_total',
      'web-api nodejs_eventloop_lag_p99_seconds',
      'web-api nodejs_gc_duration_seconds',
      'web-api nodejs_heap_size_used_bytes',
      'web-api process_resident_memory_bytes',
      'web-api telemetry_spans_dropped_total',
      'auth-service auth_logins_total',
      'payment-worker payment_queue_jobs',
      'payment-worker payment_queue_oldest_job_age_seconds',
      'payment-worker payment_job_duration_seconds',
      'operator db_backends',
      'operator db_locks_waiting',
      'operator db_statement_exec_seconds',
    ]) {
      assert.ok(seen.has(name), name);
    }
    const requests = stack.otlp.points.filter(
      ({ service, name }) => service === 'web-api' && name === 'http_request_duration_seconds',
    );
    const last = new Map(requests.map((point) => [JSON.stringify(point.attributes), point.value]));
    assert.equal(
      [...last.values()].reduce((sum, value) => sum + value, 0),
      answers.length,
    );
  });

  test('spans that ended were exported, none dropped', () => {
    for (const [name] of services()) {
      const last = (metric: string) =>
        stack.otlp.points.findLast((point) => point.service === name && point.name === metric)?.value;
      assert.equal(last('telemetry_spans_dropped_total'), 0);
    }
  });

  test('no secret, no input of people and no path of the machine is in logs, spans or metrics', async () => {
    const text = [
      ...services().map(([, service]) => service.text + service.stderr),
      ...stack.otlp.bodies.map(String),
    ].join('\n');
    const secrets = [
      ...Object.values(canaries),
      metricsToken,
      operatorToken,
      shopper.token,
      '@example.com',
      'storefront-7',
    ];
    for (const secret of secrets) assert.equal(text.includes(secret), false, secret);
    assert.equal(text.includes(process.cwd()), false, 'path');
    assert.equal(/faultline/i.test(text), false, 'name of the project');
  });
});
