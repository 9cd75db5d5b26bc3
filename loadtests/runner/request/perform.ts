import type * as official from '../../../node_modules/@types/k6/http/index.d.ts';
import type { Vu } from '../engine/vu.ts';
import { errors, Interrupted } from '../errors.ts';
import { parseDuration } from '../options/duration.ts';
import { type Exchange, exchange } from './exchange.ts';
import { INTERRUPTED } from './failure.ts';
import { buildResponse, canonicalName, type Response, statusErrorCode } from './response.ts';

const PARAMS = ['headers', 'tags', 'timeout', 'responseType'];
const TYPES = ['text', 'binary', 'none'];

interface Call {
  vu: Vu;
  method: string;
  url: string;
  body: string | ArrayBuffer | null;
  params: { headers?: object; tags?: object; timeout?: string | number; responseType?: unknown };
}

/** One request of a VU: sends it, records its samples, waits until the points file has room, builds the response. */
export async function perform<RT extends official.ResponseType | undefined>(
  call: Call,
): Promise<Response<RT>> {
  const { vu, method, url, body, params } = check(call);
  const headers = strings(params.headers);
  // Tags and metadata are those of the call, whatever the script sets while it waits.
  const labels = { tags: { ...vu.currentTags(), ...strings(params.tags) }, metadata: vu.currentMetadata() };
  const buffer = typeof body === 'string' ? Buffer.from(body) : body ? Buffer.from(body) : undefined;
  const result = await vu.test.track(
    exchange({
      connections: vu.connections,
      method: method.toUpperCase(),
      url,
      headers,
      body: buffer,
      timeoutMs: parseDuration({ name: 'timeout', value: params.timeout ?? '60s' }),
      signal: vu.interruption.signal,
    }).then((ended) => {
      record({ vu, method, url, ended, labels });
      return ended;
    }),
  );
  if (result.failure === INTERRUPTED) throw new Interrupted(`request to ${url} was cut off`);
  refuseUnsupported(result);
  await vu.test.ready();
  return buildResponse<RT>({
    exchange: result,
    responseType: (params.responseType as official.ResponseType | undefined) ?? 'text',
    request: {
      method,
      url,
      body: typeof body === 'string' ? body : '',
      cookies: {},
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [canonicalName(name), [value]]),
      ),
    },
  });
}

function check(call: Call): Call {
  for (const key of Object.keys(call.params)) {
    if (!PARAMS.includes(key)) throw errors.unsupportedCall(`http.asyncRequest with params.${key}`);
  }
  const { responseType } = call.params;
  if (responseType !== undefined && !TYPES.includes(String(responseType))) {
    throw errors.invalidArgument(`params.responseType must be one of ${TYPES.join(', ')}`, responseType);
  }
  if (call.body !== null && typeof call.body !== 'string' && !(call.body instanceof ArrayBuffer)) {
    throw errors.unsupportedCall('http.asyncRequest with an object as body (encode it yourself)');
  }
  return call;
}

/** k6 follows redirects and keeps cookies; the runner does neither, and says so rather than differ in silence. */
function refuseUnsupported({ answer }: Exchange): void {
  if (!answer) return;
  const names = answer.headers.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
  if (names.includes('set-cookie')) throw errors.unsupportedCall('a response that sets a cookie');
  if (answer.status >= 300 && answer.status < 400 && names.includes('location')) {
    throw errors.unsupportedCall('a response that redirects');
  }
}

function record({
  vu,
  method,
  url,
  ended,
  labels,
}: {
  vu: Vu;
  method: string;
  url: string;
  ended: Exchange;
  labels: { tags: Record<string, string>; metadata: Record<string, string> | undefined };
}): void {
  const { answer, failure, timings } = ended;
  const status = answer?.status ?? 0;
  const code = failure?.error_code ?? statusErrorCode(status);
  const expected = status >= 200 && status < 400;
  // k6 groups by `name`, and gives `url` the same value when the script sets it.
  const name = labels.tags.name ?? url;
  const tags: Record<string, string> = {
    ...labels.tags,
    method: method.toUpperCase(),
    name,
    url: name,
    status: String(status),
    expected_response: String(expected),
    ...(answer && { proto: answer.proto }),
    ...(answer?.tlsVersion && { tls_version: answer.tlsVersion }),
    ...(failure && { error: failure.error }),
    ...(code > 0 && { error_code: String(code) }),
  };
  const time = Date.now();
  const emit = (metric: string, value: number) =>
    vu.emit({ metric, value, tags, metadata: labels.metadata, time });
  emit('http_reqs', 1);
  emit('http_req_duration', timings.duration);
  emit('http_req_blocked', timings.blocked);
  emit('http_req_connecting', timings.connecting);
  emit('http_req_tls_handshaking', timings.tls_handshaking);
  emit('http_req_sending', timings.sending);
  emit('http_req_waiting', timings.waiting);
  emit('http_req_receiving', timings.receiving);
  emit('http_req_failed', expected ? 0 : 1);
  vu.sentBytes += ended.sent;
  vu.receivedBytes += ended.received;
}

function strings(given: object = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)]));
}
