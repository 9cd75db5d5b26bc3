import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import { type Origin, UNKNOWN } from '../read/walk.ts';
import { byName } from './line.ts';
import { operationOf, type RowWriter, setUser, spanOutcome, text } from './mapper.ts';
import { setCalling, setServed } from './peer.ts';
import { SLOT } from './slots.ts';

const API = 6003;
const SERVER = text('rpc.server');
const CLIENT = text('rpc.client');
const CALL = text('Call');
const GRPC = text('grpc');
const JSON_RPC = text('jsonrpc');
/** Values of `rpc.system` → those of `rpc.system.name`. */
const RENAMED = new Map([
  [text('connect_rpc'), text('connectrpc')],
  [text('apache_dubbo'), text('dubbo')],
]);
/** By number (gRPC, "Status codes and their use"). */
const CODES = [
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE'],
  ...['UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
];
const NUMBERED = CODES.map(text);
/** Those that the conventions call the server's errors; they are High, as 5xx is, and the others Low, as 4xx. */
const SERVERS = new Set([
  ...['UNKNOWN', 'DEADLINE_EXCEEDED', 'UNIMPLEMENTED', 'INTERNAL', 'UNAVAILABLE', 'DATA_LOSS'],
]);
/** Severity and status, by code. */
const OUTCOMES = byName<readonly [number, number]>({
  ...Object.fromEntries(CODES.map((code) => [code, [SERVERS.has(code) ? 4 : 2, 2]])),
  OK: [1, 1],
});

/** Server and client spans of remote procedure calls → OCSF 6003; method and service as `service/method`. */
export function mapRpc(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes } = span;
  const server = span.kind === 2;
  writer.begin(server ? SERVER : CLIENT, API, origin, time);
  writer.activity(99, CALL);
  const said = attributes.text(ATTR['rpc.system.name']);
  const system = RENAMED.get(said) ?? said;
  writer.id(SLOT.rpc_system, system);
  setMethod(writer, span, system);
  setStatus(writer, span, system === GRPC);
  if (server) {
    setServed(writer, span, origin);
    // OCSF: an API call has a source.
    if (!writer.has(SLOT.src_service) && !writer.has(SLOT.src_ip)) writer.id(SLOT.src_service, UNKNOWN);
  } else setCalling(writer, span, origin);
  writer.own(setUser);
  writer.id(SLOT.message, span.name);
}

/**
 * Today the method is `package.Service/Method`; of old the service was said apart. What JSON-RPC calls a method is one,
 * whatever is in it.
 */
function setMethod(writer: RowWriter, span: SpanRecord, system: number): void {
  const { attributes } = span;
  const textOf = (name: 'rpc.service' | 'rpc.method'): string => {
    const id = attributes.text(ATTR[name]);
    return id >= 0 ? writer.pool.text(id) : '';
  };
  const said = textOf('rpc.method');
  const at = system === JSON_RPC ? -1 : said.lastIndexOf('/');
  const service = at < 0 ? textOf('rpc.service') : said.slice(0, at);
  const method = said.slice(at + 1);
  writer.text(SLOT.rpc_service, service || undefined);
  writer.text(SLOT.rpc_method, method || undefined);
  if (service && method) writer.text(SLOT.operation, `${service}/${method}`);
  else writer.id(SLOT.operation, method === '' ? operationOf(span) : writer.pool.of(method));
}

function setStatus(writer: RowWriter, span: SpanRecord, grpc: boolean): void {
  spanOutcome(writer, span);
  const said = span.attributes.text(ATTR['rpc.status_code']);
  if (said < 0) return;
  const { pool } = writer;
  const number = grpc && /^\d+$/.test(pool.text(said)) ? Number(pool.text(said)) : -1;
  const code = NUMBERED[number] ?? said;
  writer.id(SLOT.status_code, code);
  const outcome = OUTCOMES.get(pool.text(code).toUpperCase());
  // An error that no code explains is the span's own.
  if (outcome && !(span.status === 2 && outcome[1] === 1)) writer.outcome(...outcome);
}
