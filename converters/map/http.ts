import type { Attributes } from '../read/attributes.ts';
import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { byName, type LogLine } from './line.ts';
import type { LineBind } from './line-likeness.ts';
import { type RowWriter, setUser, spanOutcome, text } from './mapper.ts';
import { setCalling, setIp, setServed } from './peer.ts';
import { httpSeverity, httpStatusId } from './severity.ts';
import { SLOT } from './slots.ts';

const HTTP = 4002;
const SERVER = text('http.server');
const CLIENT = text('http.client');
const ACCESS = text('http.access');
const OTHER = text('Other');
/** OCSF 4002 `activity_id`; the keys are also the enum of `http_request.http_method`. */
const METHODS = byName<readonly [number, number]>({
  CONNECT: [1, text('Connect')],
  DELETE: [2, text('Delete')],
  GET: [3, text('Get')],
  HEAD: [4, text('Head')],
  OPTIONS: [5, text('Options')],
  POST: [6, text('Post')],
  PUT: [7, text('Put')],
  TRACE: [8, text('Trace')],
  PATCH: [9, text('Patch')],
});
/** `observation_point_id`: 1 seen at the source (client span), 2 at the destination (server). */
const AT_SOURCE = 1;
const AT_DESTINATION = 2;

/** False where OCSF does not know the method. */
function setMethod(writer: RowWriter, method: string): boolean {
  const known = METHODS.get(method);
  writer.activity(known?.[0] ?? 99, known?.[1] ?? OTHER);
  if (known) writer.text(SLOT.http_method, method);
  return known !== undefined;
}

function setStatus(writer: RowWriter, status: number): boolean {
  if (!Number.isInteger(status) || status < 100 || status > 999) return false;
  writer.number(SLOT.http_status, status);
  writer.text(SLOT.status_code, String(status));
  writer.outcome(httpSeverity(status), httpStatusId(status));
  return status >= 400;
}

/** Server and client spans → OCSF 4002. */
export function mapHttpSpan(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes } = span;
  const { pool } = writer;
  const server = span.kind === 2;
  writer.begin(server ? SERVER : CLIENT, HTTP, origin, time);
  spanOutcome(writer, span);
  const method = ATTR['http.request.method'];
  if (setMethod(writer, pool.text(attributes.peek(method)))) attributes.text(method);
  // A client span is ERROR from 400 on, which is no more than its status says.
  const refused = setStatus(writer, attributes.number(ATTR['http.response.status_code']));
  if (span.status === 2 && !refused) writer.outcome(4, 2);
  writer.own(setUrl);
  writer.id(SLOT.http_route, attributes.text(ATTR['http.route']));
  writer.id(SLOT.http_scheme, attributes.text(ATTR['url.scheme']));
  writer.id(SLOT.http_version, attributes.text(ATTR['network.protocol.version']));
  writer.id(SLOT.user_agent, attributes.text(ATTR['user_agent.original']));
  writer.own(setSizes);
  writer.own(setUser);
  const { host, port } = server ? setServed(writer, span, origin) : setCalling(writer, span, origin);
  writer.id(SLOT.http_host, host);
  writer.number(SLOT.http_port, port);
  if (host < 0) setHostHeader(writer, attributes);
  writer.number(SLOT.observation_point_id, server ? AT_DESTINATION : AT_SOURCE);
  writer.id(SLOT.message, span.name);
}

function setSizes(writer: RowWriter, attributes: Attributes): void {
  writer.count(SLOT.request_bytes, attributes.number(ATTR['http.request.body.size']));
  writer.count(SLOT.response_bytes, attributes.number(ATTR['http.response.body.size']));
}

/** Path, query and URL. Of old the path came with its query, as `http.target`. */
function setUrl(writer: RowWriter, attributes: Attributes): void {
  const { pool } = writer;
  const url = attributes.text(ATTR['url.full']);
  const query = attributes.text(ATTR['url.query']);
  writer.id(SLOT.http_url, url);
  writer.id(SLOT.http_query, query);
  if (attributes.has(ATTR['url.path'])) writer.id(SLOT.http_path, attributes.text(ATTR['url.path']));
  else if (attributes.has(ATTR['http.target'])) {
    const [path, rest] = pool.text(attributes.text(ATTR['http.target'])).split(/\?(.*)/s, 2);
    writer.text(SLOT.http_path, path);
    if (query < 0) writer.text(SLOT.http_query, rest);
  } else if (url >= 0) writer.text(SLOT.http_path, pathOf(pool.text(url)));
}

/** The header names the host that was asked for, as `host[:port]`. */
function setHostHeader(writer: RowWriter, attributes: Attributes): void {
  if (!attributes.has(ATTR['http.host'])) return;
  const said = writer.pool.text(attributes.text(ATTR['http.host']));
  writer.text(SLOT.http_host, said.replace(/:\d{1,5}$/, ''));
}

/** The path of an absolute URL; undefined where it is none. */
function pathOf(url: string): string | undefined {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url);
  return match ? match[1] || '/' : undefined;
}

/** The one access line of a request → OCSF 4002. What sets the row's own slots is returned. */
export function mapAccess(writer: RowWriter, line: LogLine): LineBind {
  writer.id(SLOT.event_kind, ACCESS);
  writer.number(SLOT.class_uid, HTTP);
  writer.outcome(1, 0);
  setMethod(writer, line.text('method') ?? '');
  setStatus(writer, line.number('status'));
  writer.text(SLOT.http_route, line.text('route'));
  writer.number(SLOT.observation_point_id, AT_DESTINATION);
  writer.text(SLOT.dst_service, line.text('service'));
  setIp(writer, SLOT.src_ip, line.text('peer'));
  return setAccess;
}

const setAccess: LineBind = (writer, line) => {
  const path = line.text('path');
  writer.longText(SLOT.http_path, path);
  writer.number(SLOT.duration_us, Math.round(line.number('duration_ms') * 1e6) / 1e3);
  const called = () => `${line.text('method') ?? ''} ${line.text('route') ?? path ?? ''}`;
  writer.longText(SLOT.message, line.text('msg') ?? `${called()} ${line.number('status')}`);
};
