import http from 'k6/http';
import { missingStack } from './config.ts';

/** Ends the test in setup, with the command to start a stack, unless one answers in good health. */
export async function requireStack({ url }: { url: string }): Promise<void> {
  const health = await http.asyncRequest('GET', `${url}/health`, null, {
    timeout: '10s',
    tags: { name: 'health', expected: 'success' },
  });
  if (health.status === 200) return;
  const reason = health.status === 0 ? health.error : `GET /health gave ${health.status}`;
  throw new Error(missingStack({ url, reason }));
}
