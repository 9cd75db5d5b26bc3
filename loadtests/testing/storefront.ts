import { type Item, isSoldOut } from '../lib/catalogue.ts';
import { startServer, type TestServer } from './server.ts';

/** Answers like a healthy storefront, without one behind it. */
export function startStorefront(): Promise<TestServer> {
  return startServer(({ method, path, headers, body }, response) => {
    const send = (status: number, value: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (path === '/health') return send(200, {});
    if (path === '/api/login') {
      const { username, password } = JSON.parse(body);
      const right = `storefront-${Number(username.slice(4)) % 32}` === password;
      return right
        ? send(200, { token: `t-${username}` })
        : send(401, { error: 'unauthorized', message: '' });
    }
    if (!headers.authorization?.startsWith('Bearer t-'))
      return send(401, { error: 'unauthorized', message: '' });
    const id = /^\/api\/users\/(\d+)$/.exec(path)?.[1];
    if (id)
      return Number(id) <= 20_000
        ? send(200, { id: Number(id) })
        : send(404, { error: 'not_found', message: '' });
    if (path === '/api/checkout' && method === 'POST') {
      const items: Item[] = JSON.parse(body).items;
      return items.some(isSoldOut)
        ? send(409, { error: 'out_of_stock', message: '' })
        : send(201, { order_id: 1 });
    }
    return /^\/api\/(users|search|analytics)\?/.test(path)
      ? send(200, {})
      : send(400, { error: 'x', message: path });
  });
}
