import { randomUUID } from 'node:crypto';

export interface Answer {
  status: number;
  body: Record<string, unknown>;
  headers: Headers;
  requestId: string;
  /** ms */
  took: number;
}

/** A client of web-api with a session, or without one until `login`. */
export class Shopper {
  readonly #url: string;
  token = '';

  constructor({ url }: { url: string }) {
    this.#url = url;
  }

  async login(user = 1): Promise<Answer> {
    const answer = await this.post('/api/login', {
      username: `user${user}`,
      password: `storefront-${user % 32}`,
    });
    this.token = String(answer.body.token ?? '');
    return answer;
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, undefined, headers);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('POST', path, typeof body === 'string' ? body : JSON.stringify(body), headers);
  }

  checkout({ card = '4242424242424242', product = 1, quantity = 1 } = {}): Promise<Answer> {
    return this.post('/api/checkout', { items: [{ product_id: product, quantity }], card_number: card });
  }

  async send(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const requestId = headers['x-request-id'] ?? randomUUID();
    const started = performance.now();
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
        'x-request-id': requestId,
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(20_000),
    });
    const text = await response.text();
    const parsed = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : { text };
    return {
      status: response.status,
      body: parsed,
      headers: response.headers,
      requestId,
      took: performance.now() - started,
    };
  }
}
