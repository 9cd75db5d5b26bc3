import { fixed, fixedCount } from './strings.ts';

/** Attributes that have a place in OCSF; what stands right of them are older names of the same thing. */
const NAMES = {
  'service.name': [],
  'service.version': [],
  'service.instance.id': [],
  'deployment.environment.name': ['deployment.environment'],
  'http.request.method': ['http.method'],
  'http.response.status_code': ['http.status_code'],
  'http.route': [],
  'http.request.header.x_request_id': ['http.request.header.x-request-id'],
  'http.request.body.size': ['http.request_content_length'],
  'http.response.body.size': ['http.response_content_length'],
  'url.path': [],
  'url.query': [],
  'url.full': ['http.url'],
  'url.scheme': ['http.scheme'],
  'http.target': [],
  'user_agent.original': ['http.user_agent'],
  'server.address': ['net.host.name', 'net.peer.name'],
  'server.port': ['net.host.port', 'net.peer.port'],
  'client.address': ['http.client_ip'],
  'client.port': [],
  'network.peer.address': ['net.peer.ip', 'net.sock.peer.addr'],
  'network.peer.port': ['net.sock.peer.port'],
  'network.protocol.version': ['http.flavor'],
  'db.system.name': ['db.system'],
  'db.namespace': ['db.name', 'db.redis.database_index'],
  'db.operation.name': ['db.operation'],
  'db.collection.name': ['db.sql.table'],
  'db.query.text': ['db.statement'],
  'db.user': [],
  'db.response.status_code': [],
  'enduser.id': ['user.id'],
  'auth.outcome': [],
  'auth.reason': [],
  'messaging.destination.name': ['messaging.destination'],
  'bullmq.queue.name': [],
  'messaging.message.id': ['bullmq.job.id'],
  'messaging.operation.name': ['messaging.operation'],
  'bullmq.job.attempt': [],
  'messaging.system': [],
  'error.type': [],
  'exception.type': [],
  'exception.message': [],
  'exception.stacktrace': [],
  'log.file.name': [],
  'log.file.record_offset': [],
  'fluent.tag': [],
} as const satisfies Record<string, readonly string[]>;

export type AttributeName = keyof typeof NAMES;
const ORDER = Object.keys(NAMES) as AttributeName[];
export const ATTRIBUTE_COUNT = ORDER.length;
/** Attribute → its place in `Attributes`. */
export const ATTR = Object.fromEntries(ORDER.map((name, i) => [name, i])) as Readonly<
  Record<AttributeName, number>
>;

const places = new Map<number, number>();
ORDER.forEach((name, place) => {
  for (const alias of [name, ...NAMES[name]]) places.set(fixed(alias), place);
});
let table: Int16Array | undefined;

/** The place of the attribute with this pool id, or -1. */
export function placeOf(id: number): number {
  if (!table) {
    table = new Int16Array(fixedCount()).fill(-1);
    for (const [key, place] of places) table[key] = place;
  }
  return id < table.length ? (table[id] as number) : -1;
}
