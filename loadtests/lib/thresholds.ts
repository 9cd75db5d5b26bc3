/** Names that requests carry in points, by which thresholds and summaries split them. */
export type RequestName = 'login' | 'user' | 'users' | 'search' | 'checkout' | 'analytics';

/**
 * What a run without trouble keeps. `http_req_failed` counts every 4xx, and some are part of ordinary traffic (a
 * mistyped password), so the requests that must succeed are told by their tag.
 */
export const STEADY_THRESHOLDS: { [metric: string]: string[] } = {
  checks: ['rate>0.99'],
  'http_req_failed{expected:success}': ['rate<0.01'],
  dropped_iterations: ['count==0'],
  'http_req_duration{name:login}': ['p(95)<2000'],
  'http_req_duration{name:user}': ['p(95)<1000'],
  'http_req_duration{name:users}': ['p(95)<1000'],
  'http_req_duration{name:search}': ['p(95)<2000'],
  'http_req_duration{name:checkout}': ['p(95)<2000'],
};

export const SUMMARY_STATS = ['avg', 'min', 'med', 'max', 'p(90)', 'p(95)', 'p(99)'];
