import { text } from './mapper.ts';

/** A database system. */
export interface System {
  /** Pool id of its name in the semantic conventions since 1.30. */
  readonly name: number;
  /** OCSF `database.type_id`. */
  readonly type: number;
  /** Whose commands its operations are. */
  readonly speaks: 'redis' | 'sql' | 'other';
}

export const RELATIONAL = 1;
export const NOSQL = 6;
const VECTOR = 7;
const OTHER = 99;

type Names = Readonly<Record<string, readonly string[]>>;
/** Values of `db.system.name`; right of each the values of `db.system` that meant the same. */
const RELATIONAL_SYSTEMS: Names = {
  postgresql: [],
  mysql: [],
  mariadb: [],
  'microsoft.sql_server': ['mssql', 'mssqlcompact'],
  'oracle.db': ['oracle'],
  'ibm.db2': ['db2'],
  sqlite: [],
  cockroachdb: [],
  'gcp.spanner': ['spanner'],
  'aws.redshift': ['redshift'],
  clickhouse: [],
  trino: [],
  hive: [],
  teradata: [],
  'sap.hana': ['hanadb'],
  'sap.maxdb': ['maxdb'],
  'ibm.informix': ['informix'],
  'ibm.netezza': ['netezza'],
  'actian.ingres': ['ingres'],
  firebirdsql: ['firebird', 'interbase'],
  h2database: ['h2'],
  hsqldb: [],
  derby: ['cloudscape'],
  sybase: [],
  vertica: [],
  edb: [],
  snowflake: [],
  bigquery: ['gcp.bigquery'],
  pervasive: [],
  pointbase: [],
  firstsql: [],
  other_sql: [],
};
const NOSQL_SYSTEMS: Names = {
  mongodb: [],
  'aws.dynamodb': ['dynamodb'],
  'azure.cosmosdb': ['cosmosdb'],
  couchdb: [],
  couchbase: [],
  elasticsearch: [],
  opensearch: [],
  hbase: [],
  geode: [],
  memcached: [],
  neo4j: [],
  influxdb: [],
};

const systems = new Map<number, System>();
function add(names: Names, type: number, speaks: System['speaks']): void {
  for (const [name, older] of Object.entries(names))
    for (const said of [name, ...older]) systems.set(text(said), { name: text(name), type, speaks });
}
add(RELATIONAL_SYSTEMS, RELATIONAL, 'sql');
add(NOSQL_SYSTEMS, NOSQL, 'other');
add({ cassandra: ['scylladb'] }, NOSQL, 'sql'); // CQL
add({ redis: [], valkey: [] }, NOSQL, 'redis');
add({ pinecone: [], qdrant: [], milvus: [], weaviate: [], chroma: [] }, VECTOR, 'other');

/** By the pool id of its name, new or old; of one that is not known, Other that speaks SQL. */
export const systemOf = (said: number): System =>
  systems.get(said) ?? { name: said, type: OTHER, speaks: 'sql' };
