import { Counter, Gauge, Histogram } from 'prom-client';

export const httpRequestDuration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time from the arrival of a request to its response, by route template.',
  labelNames: ['method', 'route', 'status'] as const,
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
});

export const httpRequestsInFlight = new Gauge({
  name: 'http_requests_in_flight',
  help: 'Requests that have arrived and are not answered yet.',
});

export const cacheLookups = new Counter({
  name: 'cache_lookups_total',
  help: 'Lookups in the cache by result: hit, miss, error.',
  labelNames: ['cache', 'result'] as const,
});
