import type * as official from '../../../node_modules/@types/k6/http/index.d.ts';
import { closed } from '../api/closed.ts';
import { errors } from '../errors.ts';
import type { Exchange } from './exchange.ts';

/** The members of k6's response that the runner has. */
export type Response<RT extends official.ResponseType | undefined> = Pick<
  official.RefinedResponse<RT>,
  | 'status'
  | 'status_text'
  | 'body'
  | 'headers'
  | 'timings'
  | 'error'
  | 'error_code'
  | 'request'
  | 'url'
  | 'proto'
  | 'remote_ip'
  | 'remote_port'
  | 'json'
>;

/** k6 reports 4xx and 5xx as error codes 1400–1599, without an error text. */
export const statusErrorCode = (status: number): number =>
  status >= 400 && status < 600 ? 1000 + status : 0;

export function buildResponse<RT extends official.ResponseType | undefined>({
  exchange,
  request,
  responseType,
}: {
  exchange: Exchange;
  request: official.Response['request'];
  responseType: official.ResponseType;
}): Response<RT> {
  const { answer, failure, timings } = exchange;
  const body = answer && responseType !== 'none' ? readBody({ body: answer.body, responseType }) : null;
  const response = {
    status: answer?.status ?? 0,
    status_text: answer?.statusText ?? '',
    body,
    headers: canonicalHeaders(answer?.headers ?? []),
    timings,
    error: failure?.error ?? '',
    error_code: failure?.error_code ?? statusErrorCode(answer?.status ?? 0),
    request,
    url: request.url,
    proto: answer?.proto ?? '',
    remote_ip: answer?.remoteIp ?? '',
    remote_port: answer?.remotePort ?? 0,
    json(selector?: unknown) {
      if (selector !== undefined) throw errors.unsupportedCall('response.json with a selector');
      if (body === null) throw new Error('the body is null so we can not transform it to JSON');
      return JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString('utf8'));
    },
  };
  return closed('response', response as unknown as Response<RT>);
}

function readBody({
  body,
  responseType,
}: {
  body: Buffer;
  responseType: 'text' | 'binary';
}): string | ArrayBuffer {
  return responseType === 'text' ? body.toString('utf8') : new Uint8Array(body).buffer;
}

/** Go's spelling of header names, which k6 scripts see: `x-request-id` is `X-Request-Id`. */
export function canonicalHeaders(raw: string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = canonicalName(raw[i] ?? '');
    const value = raw[i + 1] ?? '';
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}

export const canonicalName = (name: string): string =>
  name.toLowerCase().replaceAll(/(^|-)[a-z]/g, (match) => match.toUpperCase());
