import { request } from 'node:http';

interface Door {
  readonly method?: 'GET' | 'POST';
  readonly url: string;
  readonly token?: string | undefined;
  readonly host?: string;
}

/** Status of an answer; with node:http, since fetch does not let a Host header be set. */
export const statusOf = ({ method = 'GET', url, token, host }: Door): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    const headers = {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(host === undefined ? {} : { host }),
    };
    const asked = request(url, { method, headers, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    asked.once('error', reject).end();
  });
