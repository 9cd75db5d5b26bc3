import type { System } from './database-systems.ts';
import { byName } from './line.ts';
import { text } from './mapper.ts';

/** OCSF 6005 `activity_id` and its caption. */
export type Activity = readonly [number, number];
const READ: Activity = [1, text('Read')];
const UPDATE: Activity = [2, text('Update')];
const CONNECT: Activity = [3, text('Connect')];
const QUERY: Activity = [4, text('Query')];
const WRITE: Activity = [5, text('Write')];
const CREATE: Activity = [6, text('Create')];
const DELETE: Activity = [7, text('Delete')];
const LIST: Activity = [8, text('List')];
const OTHER: Activity = [99, text('Other')];

/** First words of statements. */
const SQL = byName<Activity>({
  SELECT: QUERY,
  WITH: QUERY,
  SHOW: QUERY,
  EXPLAIN: QUERY,
  DESCRIBE: QUERY,
  INSERT: WRITE,
  COPY: WRITE,
  REPLACE: WRITE,
  MERGE: WRITE,
  UPSERT: WRITE,
  BATCH: WRITE,
  UPDATE: UPDATE,
  ALTER: UPDATE,
  DELETE: DELETE,
  TRUNCATE: DELETE,
  DROP: DELETE,
  CREATE: CREATE,
  CONNECT: CONNECT,
});

type Words = readonly (readonly [RegExp, Activity])[];
/** Commands of Redis, in lower case; the first pattern that fits. */
const REDIS: Words = [
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
/**
 * Commands and API operations of other stores, in lower case without separators and the words that only say how many or
 * how: `BatchGetItem` is `getitem`, `indices.create` is `create`; the first pattern that fits.
 */
const OTHERS: Words = [
  [/^(connect|auth|hello|ismaster|ping|sasl|handshake)/, CONNECT],
  [/^(delete|remove|drop|truncate|flush|unlink|clear|findoneanddelete)/, DELETE],
  [/^(update|patch|modify|incr|decr|touch|alter|findandmodify|findoneand)/, UPDATE],
  [/^(list|cat|show|keys)/, LIST],
  [/^(get|read|exists|head|describe|lookup|fetch|findone)/, READ],
  [/^(query|search|scan|find|aggregate|count|distinct|select|match|explain|sql|esql|scroll|more)/, QUERY],
  [/^create/, CREATE],
  [/^(insert|put|set|add|index|bulk|write|save|replace|append|prepend|cas|upsert|merge|store)/, WRITE],
];
const HOW = /^(batch|transact|multi|m(?=get|search)|get(?=more))/;

const inWords =
  (words: Words, plain: (operation: string) => string) =>
  (operation: string): Activity | undefined =>
    words.find(([pattern]) => pattern.test(plain(operation)))?.[1];
const ofRedis = inWords(REDIS, (operation) => operation);
const ofOthers = inWords(OTHERS, (operation) =>
  (operation.split('.').at(-1) ?? '').replaceAll(/[_\s-]/g, '').replace(HOW, ''),
);

const known: Readonly<Record<System['speaks'], Map<string, Activity>>> = {
  ...{ redis: new Map(), sql: new Map(), other: new Map() },
};

/** What an operation does, by its name in any case. */
export function activityOf(operation: string, speaks: System['speaks']): Activity {
  const seen = known[speaks];
  let found = seen.get(operation);
  if (!found) {
    const [lower, word] = [operation.toLowerCase(), SQL.get(operation.toUpperCase())];
    if (speaks === 'redis') found = ofRedis(lower) ?? OTHER;
    else found = word ?? (speaks === 'other' ? ofOthers(lower) : undefined) ?? OTHER;
    if (seen.size < 1000) seen.set(operation, found);
  }
  return found;
}

export interface Statement {
  /** Upper case. */
  readonly operation: string;
  readonly table: string | undefined;
}
const TABLE =
  /\b(?:FROM|INTO|UPDATE|TABLE|JOIN)\s+(?:ONLY\s+|IF\s+(?:NOT\s+)?EXISTS\s+)?["`[]?([A-Za-z_][\w$.]*)["`\]]?/i;
const statements = new Map<string, Statement>();

/** First word and first table of a statement: no parser, for a statement without its values has no words to be taken for others. */
export function parseSql(query: string): Statement {
  let found = statements.get(query);
  if (!found) {
    const operation = /[A-Za-z]+/.exec(query)?.[0]?.toUpperCase() ?? 'UNKNOWN';
    found = { operation, table: TABLE.exec(query)?.[1]?.slice(0, 128) };
    if (statements.size < 2000) statements.set(query, found);
  }
  return found;
}

/** Whether a statement begins as SQL does. */
export const isSql = (query: string): boolean =>
  SQL.has(/^\s*([A-Za-z]+)\s/.exec(query)?.[1]?.toUpperCase() ?? '');
