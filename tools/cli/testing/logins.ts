import { randomUUID } from 'node:crypto';
import { credentials } from '../../../loadtests/lib/catalogue.ts';
import type { ClientRequest } from './requests.ts';

const CLIENTS = 8;

/**
 * Clients that log in again and again (a request that takes long, for its hash), until one of their requests gets no
 * answer: some are always under way.
 */
export function loginsUntilRefused({ url, deadlineMs }: { url: string; deadlineMs: number }): {
  readonly firstAnswered: Promise<void>;
  readonly done: Promise<ClientRequest[]>;
} {
  const requests: ClientRequest[] = [];
  const end = Date.now() + deadlineMs;
  let answered: () => void;
  const firstAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  const client = async (user: number) => {
    let status = 200;
    while (status !== 0 && Date.now() < end) {
      const [id, startMs] = [randomUUID(), Date.now()];
      status = await login({ url, id, user });
      requests.push({ id, startMs, endMs: Date.now(), status });
      answered();
    }
  };
  const clients = Array.from({ length: CLIENTS }, (_, index) => client(index + 1));
  return { firstAnswered, done: Promise.all(clients).then(() => requests) };
}

async function login({ url, id, user }: { url: string; id: string; user: number }): Promise<number> {
  try {
    const response = await fetch(`${url}/api/login`, {
      method: 'POST',
      headers: { 'x-request-id': id, 'content-type': 'application/json' },
      body: JSON.stringify(credentials(user)),
      signal: AbortSignal.timeout(60_000),
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return 0;
  }
}
