import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import type { Generator } from './generator.ts';
import type { RequestName } from './thresholds.ts';

/** One call of the storefront's API; `expected` is the status that a healthy storefront gives. */
export interface Call {
  name: RequestName;
  method: 'GET' | 'POST';
  /** With its query, from the host on. */
  path: string;
  body?: object;
  expected: number;
}

/** What came back. `status` 0: nothing did. */
export interface Outcome {
  status: number;
  /** The parsed body of an expected answer, else an empty object. */
  body: Record<string, unknown>;
}

/**
 * Sends one attempt under an x-request-id of its own. The id is in the points' metadata as well, so that what was sent,
 * what was answered and what was logged can be joined later.
 */
export async function attempt({
  url,
  call: { name, method, path, body, expected },
  token,
  random,
  tags = {},
}: {
  url: string;
  call: Call;
  token?: string;
  random: Generator;
  /** Beside the call's own, for its points and its check. */
  tags?: { [name: string]: string };
}): Promise<Outcome> {
  const id = random.id();
  const { metadata } = exec.vu.metrics;
  metadata.request_id = id;
  const headers: { [name: string]: string } = {
    'x-request-id': id,
    accept: 'application/json',
    // Fixed, since k6 and the bundled runner would send different ones.
    'user-agent': 'storefront-app/3.2',
  };
  if (body) headers['content-type'] = 'application/json';
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await http.asyncRequest(method, `${url}${path}`, body ? JSON.stringify(body) : null, {
    headers,
    tags: { ...tags, name, expected: expected < 400 ? 'success' : String(expected) },
  });
  const ok = check(
    response,
    { 'status is the expected one': ({ status }) => status === expected },
    { ...tags, name },
  );
  // Samples after this request, such as the iteration's own, belong to no request.
  delete metadata.request_id;
  return { status: response.status, body: ok ? ((response.json() ?? {}) as Outcome['body']) : {} };
}
