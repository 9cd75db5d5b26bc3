import type * as official from '../../../node_modules/@types/k6/http/index.d.ts';
import { requireVu } from '../engine/vu.ts';
import { perform } from '../request/perform.ts';
import type { Response } from '../request/response.ts';
import { closed } from './closed.ts';

export type { Response } from '../request/response.ts';

type ResponseType = official.ResponseType;
/** Compiles only while `Part` is something that `Whole` accepts: the runner must not take what k6 would refuse. */
type Within<Whole, Part extends Whole> = Part;
type Call<RT extends ResponseType | undefined> = Parameters<typeof official.asyncRequest<RT>>;

export type Method = Within<Call<undefined>[0], string>;
export type Url = Within<Call<undefined>[1], string>;
export type Body = Within<Call<undefined>[2], string | ArrayBuffer | null | undefined>;
/** `timeout` is milliseconds or text such as "10s"; default 60 s. */
export type Params<RT extends ResponseType | undefined = ResponseType | undefined> = Pick<
  official.RefinedParams<RT>,
  'headers' | 'tags' | 'timeout' | 'responseType'
>;

/** Sends one request; a failed one resolves too, with status 0, `error` and `error_code`. */
export async function asyncRequest<RT extends ResponseType | undefined>(
  method: Method,
  url: Url,
  body?: Body,
  params?: Params<RT> | null,
): Promise<Response<RT>> {
  const vu = requireVu('http.asyncRequest');
  return perform<RT>({ vu, method, url, body: body ?? null, params: params ?? {} });
}

type Offered = <RT extends ResponseType | undefined>(
  method: Method,
  url: Url,
  body?: Body,
  params?: Params<RT> | null,
) => Promise<Pick<Awaited<ReturnType<typeof official.asyncRequest<RT>>>, keyof Response<RT>>>;

const offered = { asyncRequest } satisfies { asyncRequest: Offered };

export default closed('k6/http', offered);
