import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { type RowWriter, spanOutcome, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const DATASTORE = 6005;
const QUERY = text('db.query');
const REDIS = text('redis.op');
const SYSTEM_REDIS = text('redis');
const SYSTEM_POSTGRES = text('postgresql');
const RELATIONAL = 1;
const NOSQL = 6;
type Activity = readonly [number, number];
const READ: Activity = [1, text('Read')];
const UPDATE: Activity = [2, text('Update')];
const CONNECT: Activity = [3, text('Connect')];
const QUERYING: Activity = [4, text('Query')];
const WRITE: Activity = [5, text('Write')];
const CREATE: Activity = [6, text('Create')];
const DELETE: Activity = [7, text('Delete')];
const LIST: Activity = [8, text('List')];
const OTHER: Activity = [99, text('Other')];

const SQL: Readonly<Record<string, Activity>> = {
  SELECT: QUERYING,
  WITH: QUERYING,
  INSERT: WRITE,
  COPY: WRITE,
  UPDATE: UPDATE,
  ALTER: UPDATE,
  DELETE: DELETE,
  TRUNCATE: DELETE,
  DROP: DELETE,
  CREATE: CREATE,
  CONNECT: CONNECT,
};
/** By the first word of the command's name that fits; see {@link redisActivity}. */
const REDIS_WORDS: readonly (readonly [RegExp, Activity])[] = [
  [/^(connect|auth|hello|select|client|ping|info)/, CONNECT],
  [/^(scan|keys|[shz]scan)$/, LIST],
  [
    /^(get|mget|hget|hmget|exists|ttl|pttl|strlen|llen|lrange|lindex|scard|smembers|sismember|zcard|zrange|zscore|zcount|hlen|xlen|xread|xrange|type|[lrb]*pop|getdel|getex|spop|zpop|bzpop|blmove|brpop)/,
    READ,
  ],
  [/^(del|unlink|flushdb|flushall|hdel|srem|zrem|xdel|lrem|ltrim)/, DELETE],
  [/^(incr|decr|hincr|zincr|expire|pexpire|persist|rename)/, UPDATE],
  [/^(set|mset|psetex|hset|hmset|hsetnx|lpush|rpush|sadd|zadd|xadd|append|publish)/, WRITE],
];
const redisActivities = new Map<string, Activity>();
function redisActivity(operation: string): Activity {
  let found = redisActivities.get(operation);
  if (!found) {
    const lower = operation.toLowerCase();
    found = REDIS_WORDS.find(([pattern]) => pattern.test(lower))?.[1] ?? OTHER;
    if (redisActivities.size < 1000) redisActivities.set(operation, found);
  }
  return found;
}

interface Statement {
  readonly operation: string;
  readonly table: string | undefined;
}
const TABLE =
  /\b(?:FROM|INTO|UPDATE|TABLE|JOIN)\s+(?:ONLY\s+|IF\s+(?:NOT\s+)?EXISTS\s+)?"?([A-Za-z_][\w$.]*)"?/i;
const statements = new Map<string, Statement>();
/** First word and first table of a statement: no parser, since only parameterised text of our own comes here. */
function parseSql(query: string): Statement {
  let found = statements.get(query);
  if (!found) {
    const operation = /[A-Za-z]+/.exec(query)?.[0]?.toUpperCase() ?? 'UNKNOWN';
    found = { operation, table: TABLE.exec(query)?.[1]?.slice(0, 128) };
    if (statements.size < 2000) statements.set(query, found);
  }
  return found;
}

/** Postgres and redis spans → OCSF 6005. */
export function mapDatabase(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes } = span;
  const { pool } = writer;
  const system = attributes.text(ATTR['db.system.name']);
  const redis = system === SYSTEM_REDIS;
  writer.begin(redis ? REDIS : QUERY, DATASTORE, origin, time);
  spanOutcome(writer, span);
  const name = span.name >= 0 ? pool.text(span.name) : '';
  const query = attributes.text(ATTR['db.query.text']);
  const declared = attributes.text(ATTR['db.operation.name']);
  const table = attributes.text(ATTR['db.collection.name']);
  let operation = declared >= 0 ? pool.text(declared) : '';
  if (redis) {
    operation ||= query >= 0 ? (pool.text(query).split(' ', 1)[0] ?? '') : name.split(/[ :]/, 1)[0] || name;
    writer.activity(...redisActivity(operation));
    operation = operation.toUpperCase();
  } else {
    const parsed = query >= 0 ? parseSql(pool.text(query)) : undefined;
    if (!operation)
      operation =
        parsed?.operation ?? (/connect/i.test(name) ? 'CONNECT' : name.split(/[ :]/)[0] || 'UNKNOWN');
    operation = operation.toUpperCase();
    writer.activity(...(SQL[operation] ?? OTHER));
    if (table < 0) writer.text(SLOT.db_table, parsed?.table);
  }
  if (table >= 0) writer.id(SLOT.db_table, table);
  writer.text(SLOT.db_operation, operation);
  writer.id(SLOT.db_query, query);
  writer.id(SLOT.db_system, system);
  const space = attributes.text(ATTR['db.namespace']);
  if (redis) writer.text(SLOT.db_name, `redis/${space >= 0 ? pool.text(space) : '0'}`);
  else writer.id(SLOT.db_name, space >= 0 ? space : system);
  writer.number(SLOT.db_type_id, redis ? NOSQL : system === SYSTEM_POSTGRES ? RELATIONAL : 99);
  writer.id(SLOT.actor_user, attributes.text(ATTR['db.user']));
  writer.id(SLOT.src_service, origin.service);
  const host = attributes.text(ATTR['server.address']);
  writer.id(SLOT.dst_host, host);
  const port = attributes.number(ATTR['server.port']);
  if (host >= 0 && port <= 65535) writer.count(SLOT.dst_port, port);
  writer.id(SLOT.status_code, attributes.text(ATTR['db.response.status_code']));
  writer.id(SLOT.message, span.name);
}
