import { fixed, fixedCount } from './strings.ts';

/**
 * Attributes that have a place in OCSF, by the names of the OpenTelemetry semantic conventions 1.45.0. What stands right of
 * one are names of the same thing in older versions, the newer first: where a record has several, the first of them counts,
 * in whatever order they come, and the others stay among what has no place. Names whose meaning hangs on the side that
 * reports it (`net.peer.name`) have places of their own; see `map/peer.ts`.
 */
const NAMES = {
  'service.name': [],
  'service.version': [],
  'service.instance.id': [],
  'deployment.environment.name': ['deployment.environment'],
  'http.request.method': ['http.method'],
  'http.response.status_code': ['http.status_code'],
  'http.route': [],
  'http.request.header.x_request_id': ['http.request.header.x-request-id'],
  'http.request.body.size': ['http.request_content_length_uncompressed', 'http.request_content_length'],
  'http.response.body.size': ['http.response_content_length_uncompressed', 'http.response_content_length'],
  'url.path': [],
  'url.query': [],
  'url.full': ['http.url'],
  'url.scheme': ['http.scheme'],
  'http.target': [],
  'http.host': [],
  'http.server_name': [],
  'user_agent.original': ['http.user_agent'],
  'server.address': [],
  'server.port': [],
  'server.service.name': ['service.peer.name', 'peer.service'],
  'client.address': ['http.client_ip'],
  'client.port': [],
  'client.service.name': [],
  'net.host.name': [],
  'net.host.port': [],
  'net.peer.name': [],
  'net.peer.port': [],
  'network.peer.address': ['net.sock.peer.addr', 'net.peer.ip'],
  'network.peer.port': ['net.sock.peer.port'],
  'network.protocol.version': ['net.protocol.version', 'net.app.protocol.version', 'http.flavor'],
  'db.system.name': ['db.system'],
  'db.namespace': [
    ...['db.name', 'db.redis.database_index', 'db.cassandra.keyspace', 'db.hbase.namespace'],
    'db.elasticsearch.cluster.name',
  ],
  'db.operation.name': ['db.operation'],
  'db.collection.name': [
    ...['db.sql.table', 'db.mongodb.collection', 'db.cassandra.table', 'db.cosmosdb.container'],
    'aws.dynamodb.table_names',
  ],
  'db.query.text': ['db.statement'],
  'db.user': [],
  'db.response.status_code': ['db.cosmosdb.status_code'],
  'user.id': ['enduser.id'],
  'auth.outcome': [],
  'auth.reason': [],
  'messaging.system.name': ['messaging.system'],
  'messaging.destination.name': [
    ...['messaging.source.name', 'messaging.destination', 'aws.sqs.queue.url', 'aws.sns.topic.arn'],
  ],
  'bullmq.queue.name': [],
  'messaging.message.id': ['messaging.message_id', 'bullmq.job.id'],
  'messaging.operation.type': ['messaging.operation'],
  'messaging.operation.name': [],
  'bullmq.job.attempt': [
    ...['gcp.pubsub.message.delivery_attempt', 'messaging.gcp_pubsub.message.delivery_attempt'],
    ...['azure.servicebus.message.delivery_count', 'messaging.servicebus.message.delivery_count'],
  ],
  'rpc.system.name': ['rpc.system'],
  'rpc.service': [],
  'rpc.method': ['rpc.jsonrpc.method'],
  'rpc.status_code': [
    ...['rpc.response.status_code', 'rpc.grpc.status_code', 'rpc.connect_rpc.error_code'],
    'rpc.jsonrpc.error_code',
  ],
  'faas.trigger': [],
  'faas.invocation.id': ['faas.invocation_id', 'faas.execution'],
  'faas.invoked_name': [],
  'graphql.operation.name': [],
  'graphql.operation.type': [],
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
/** The names of one attribute get their pool ids in order of their age: the newest has the least. */
export const ALIASES: readonly (readonly [name: number, ...older: number[]])[] = ORDER.map((name, place) => {
  const older: readonly string[] = NAMES[name];
  const ids: [number, ...number[]] = [fixed(name), ...older.map((alias) => fixed(alias))];
  for (const id of ids) places.set(id, place);
  return ids;
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
