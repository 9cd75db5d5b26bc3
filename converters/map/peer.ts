import { isIP, isIPv4 } from 'node:net';
import type { Attributes } from '../read/attributes.ts';
import { ATTR, type AttributeName } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import type { Bind, RowWriter } from './mapper.ts';
import { SLOT } from './slots.ts';

const places = (...names: AttributeName[]): readonly number[] => names.map((name) => ATTR[name]);
/**
 * Who was called, the newest name first. In the conventions of old `host` is the side that reports, and `peer` the other
 * one: the same attribute names the called host in a client's span, and the caller in the server's.
 */
const SERVER_HOST = places('server.address', 'net.host.name', 'http.server_name');
const CALLED_HOST = places('server.address', 'net.peer.name');
const SERVER_PORT = places('server.port', 'net.host.port');
const CALLED_PORT = places('server.port', 'net.peer.port');
const CALLER = places('client.address', 'net.peer.name');
const CALLER_PORT = places('client.port', 'network.peer.port', 'net.peer.port');

/** Pool id of the first of these attributes that is there, -1 where none is; the others do not count as asked for. */
export function firstText(attributes: Attributes, of: readonly number[]): number {
  for (const place of of) if (attributes.has(place)) return attributes.text(place);
  return -1;
}

/** As {@link firstText}; NaN where it is no port. */
function firstPort(attributes: Attributes, of: readonly number[]): number {
  for (const place of of) if (attributes.has(place)) return portOf(attributes.number(place));
  return Number.NaN;
}

const portOf = (value: number): number =>
  Number.isInteger(value) && value >= 0 && value <= 65535 ? value : Number.NaN;

/** Characters of an IPv6 address that ends in an IPv4 one. */
const LONGEST_ADDRESS = 45;

/** Addresses seen before, as they are written; undefined for what is none. */
const addresses = new Map<string, string | undefined>();

/** IPv4-mapped IPv6 addresses are written as IPv4; what is no address, or longer than `ip_t` may be, stays absent. */
export function setIp(writer: RowWriter, slot: number, address: string | undefined): boolean {
  if (address === undefined) return false;
  let plain = addresses.get(address);
  if (plain === undefined && !addresses.has(address)) {
    plain = plainAddress(address);
    if (addresses.size < 1000 && address.length <= LONGEST_ADDRESS) addresses.set(address, plain);
  }
  writer.text(slot, plain);
  return plain !== undefined;
}

function plainAddress(address: string): string | undefined {
  const tail = address.startsWith('::ffff:') ? address.slice(7) : '';
  const plain = isIPv4(tail) ? tail : address;
  return plain.length <= 40 && isIP(plain) ? plain : undefined;
}

/** Takes an attribute where it holds an address, and leaves it where it holds a name. */
function takeIp(writer: RowWriter, slot: number, attributes: Attributes, place: number) {
  const id = attributes.peek(place);
  const taken = id >= 0 && setIp(writer, slot, writer.pool.text(id));
  if (taken) attributes.text(place);
  return taken;
}

/** The called host (pool id, -1 where not said) and port (NaN where not said). */
export interface Called {
  readonly host: number;
  readonly port: number;
}

/** Endpoints of a span of the side that was called: who called, and that it was this service. */
export function setServed(writer: RowWriter, { attributes }: SpanRecord, origin: Origin): Called {
  const called = { host: firstText(attributes, SERVER_HOST), port: firstPort(attributes, SERVER_PORT) };
  writer.id(SLOT.dst_service, origin.service);
  writer.number(SLOT.dst_port, called.port);
  writer.id(SLOT.src_service, attributes.text(ATTR['client.service.name']));
  const peer = ATTR['network.peer.address'];
  const said = CALLER.find((place) => attributes.has(place));
  // A proxy's address stays where it is; mostly both are the same.
  if (said !== undefined && attributes.peek(said) === attributes.peek(peer)) attributes.text(peer);
  const known =
    (said !== undefined && takeIp(writer, SLOT.src_ip, attributes, said)) ||
    takeIp(writer, SLOT.src_ip, attributes, peer);
  if (known) writer.own(setCallerPort);
  return called;
}

const setCallerPort: Bind = (writer, attributes) =>
  writer.number(SLOT.src_port, firstPort(attributes, CALLER_PORT));

/** Endpoints of a span of the side that calls: this service, and whom it called. */
export function setCalling(writer: RowWriter, { attributes }: SpanRecord, origin: Origin): Called {
  const called = { host: firstText(attributes, CALLED_HOST), port: firstPort(attributes, CALLED_PORT) };
  const service = attributes.text(ATTR['server.service.name']);
  writer.id(SLOT.src_service, origin.service);
  writer.id(SLOT.dst_service, service);
  writer.id(SLOT.dst_host, called.host);
  const reached = takeIp(writer, SLOT.dst_ip, attributes, ATTR['network.peer.address']);
  // Mostly the port of the connection is the one that was asked for.
  const peerPort = ATTR['network.peer.port'];
  if (attributes.peekNumber(peerPort) === called.port) attributes.number(peerPort);
  // OCSF: an endpoint is known by more than its port.
  if (reached || called.host >= 0 || service >= 0) writer.number(SLOT.dst_port, called.port);
  return called;
}
