import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { StringPool } from '../read/strings.ts';
import type { Origin } from '../read/walk.ts';
import { activityOf, isSql, parseSql } from './database-operations.ts';
import { type System, systemOf } from './database-systems.ts';
import { type RowWriter, spanOutcome, text } from './mapper.ts';
import { setCalling } from './peer.ts';
import { SLOT } from './slots.ts';

const DATASTORE = 6005;
const QUERY = text('db.query');
const REDIS = text('redis.op');

/** Spans of calls of any database → OCSF 6005. */
export function mapDatabase(writer: RowWriter, span: SpanRecord, origin: Origin, time: number): void {
  const { attributes } = span;
  const { pool } = writer;
  const system = systemOf(attributes.text(ATTR['db.system.name']));
  const redis = system.speaks === 'redis';
  writer.begin(redis ? REDIS : QUERY, DATASTORE, origin, time);
  spanOutcome(writer, span);
  setOperation(writer, span, system);
  writer.id(SLOT.db_query, attributes.text(ATTR['db.query.text']));
  writer.id(SLOT.db_system, system.name);
  const space = attributes.text(ATTR['db.namespace']);
  if (redis) writer.text(SLOT.db_name, `redis/${space >= 0 ? pool.text(space) : '0'}`);
  else writer.id(SLOT.db_name, space >= 0 ? space : system.name);
  writer.number(SLOT.db_type_id, system.type);
  writer.id(SLOT.actor_user, attributes.text(ATTR['db.user']));
  setCalling(writer, span, origin);
  writer.id(SLOT.status_code, attributes.text(ATTR['db.response.status_code']));
  writer.id(SLOT.message, span.name);
}

/** Operation, what it does, and the table: as declared, else from the statement, else from the span's name. */
function setOperation(writer: RowWriter, { attributes, name }: SpanRecord, { speaks }: System): void {
  const { pool } = writer;
  const table = attributes.text(ATTR['db.collection.name']);
  const query = said(pool, attributes.text(ATTR['db.query.text']));
  let operation = said(pool, attributes.text(ATTR['db.operation.name']));
  if (speaks === 'redis')
    operation ||= query ? (query.split(' ', 1)[0] ?? '') : firstWord(said(pool, name)) || said(pool, name);
  else {
    const statement = query && (speaks === 'sql' || isSql(query)) ? parseSql(query) : undefined;
    operation ||= statement?.operation ?? operationIn(said(pool, name));
    if (table < 0) writer.text(SLOT.db_table, statement?.table);
  }
  if (table >= 0) writer.id(SLOT.db_table, table);
  writer.activity(...activityOf(operation, speaks));
  writer.text(SLOT.db_operation, speaks === 'other' ? operation : operation.toUpperCase());
}

const said = (pool: StringPool, id: number): string => (id >= 0 ? pool.text(id) : '');
const firstWord = (name: string): string => name.split(/[ :]/, 1)[0] ?? '';

/** `pg-pool.connect`, `SELECT storefront`, `mongodb.find`, `DynamoDB.GetItem`. */
const operationIn = (name: string): string =>
  /connect/i.test(name) ? 'CONNECT' : firstWord(name).split('.').at(-1) || 'UNKNOWN';
