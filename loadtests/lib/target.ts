/** Loopback, private and link-local unicast addresses, written in full. */
const PRIVATE_V4 =
  /^(127|10)(\.\d{1,3}){3}$|^172\.(1[6-9]|2\d|3[01])(\.\d{1,3}){2}$|^192\.168(\.\d{1,3}){2}$/;
const PRIVATE_V6 = /^\[(::1|f[cd][0-9a-f]{2}:[0-9a-f:]*|fe80:[0-9a-f:]*)\]$/;
/** `localhost`, the name of a container or service, and the domains that never leave a site. */
const PRIVATE_NAME = /^([a-z][a-z0-9_-]*|[a-z0-9.-]+\.(localhost|local|internal|test))$/;
const URL_PARTS = /^https?:\/\/(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?(\/[^?#]*)?$/;

/**
 * Refuses to aim load at hosts that are not evidently one's own.
 * @returns the base URL without a slash at its end
 */
export function checkTarget({
  name,
  url,
  allowRemote,
}: {
  /** The variable that holds the URL, for the message. */
  name: string;
  url: string;
  allowRemote: boolean;
}): string {
  const host = URL_PARTS.exec(url)?.[1]?.toLowerCase();
  if (host === undefined) throw new Error(`${name} must be http(s)://host[:port][/path], got "${url}"`);
  const own = PRIVATE_V4.test(host) || PRIVATE_V6.test(host) || PRIVATE_NAME.test(host);
  if (!own && !allowRemote) {
    throw new Error(
      `${name} must be a loopback or private address, got "${host}"; load on a host that is not yours is an attack. If it is yours, set FAULTLINE_ALLOW_REMOTE=1`,
    );
  }
  return url.replace(/\/+$/, '');
}
