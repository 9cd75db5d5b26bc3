import type { SlotName } from '../map/slots.ts';

export type FlatType = 'INT32' | 'INT64' | 'DOUBLE' | 'STRING';
export type FlatFile = 'logs' | 'traces' | 'metrics' | 'changes';

/** One column of the flat files. All four files have all columns; a column that no row fills is null throughout. */
export interface FlatColumn {
  readonly name: string;
  readonly type: FlatType;
  readonly unit?: string;
  readonly meaning: string;
  /** Kinds that fill it; `*` after a dot stands for all kinds with this beginning. */
  readonly kinds: readonly string[];
  readonly required?: true;
  readonly slot: SlotName;
  /** Where `slot` is absent. */
  readonly or?: readonly SlotName[];
  /** Absent where this slot is. */
  readonly when?: SlotName;
  readonly derive?: 'us_to_ms_exact' | 'type_uid' | 'category_uid';
}

const ALL = ['*'];
const OUR_LINES = ['http.access', 'log', 'process.*', 'change.*'];
const LOGS = [...OUR_LINES, 'log.unparsed'];
/** Calls of a service: RPC, functions, GraphQL. */
const CALLS = ['rpc.*', 'faas.*', 'graphql.operation'];
const SPANS = [
  ...['http.server', 'http.client', 'db.query', 'redis.op', 'auth.*', 'queue.*', ...CALLS, 'internal'],
];
const HTTP = ['http.*'];
const QUERIES = ['db.query', 'redis.op'];
const DATABASE = [...QUERIES, 'change.cache_flush'];
const JOBS = ['queue.*', 'internal'];
/** Of the side that is called. */
const SERVED = [
  ...['http.access', 'http.server', 'auth.*', 'queue.job', 'rpc.server', 'faas.run', 'change.cache_flush'],
];
/** Spans of who calls another. */
const CALLING = [
  ...[
    'http.client',
    ...QUERIES,
    'queue.publish',
    'queue.receive',
    'queue.settle',
    'rpc.client',
    'faas.invoke',
  ],
];
const METRICS = ['metric.sample'];
const CHANGES = ['change.*'];

/**
 * The catalogue of the flat columns, in file order. It feeds the writer, the documentation and the Croissant file.
 * Times are epoch milliseconds UTC; INT64 and INT32 are signed; STRING is UTF-8.
 */
export const FLAT_COLUMNS: readonly FlatColumn[] = [
  {
    name: 'time',
    type: 'INT64',
    unit: 'ms since 1970-01-01 UTC',
    meaning: 'When it happened; of a span its start, of an access line the end of the request',
    kinds: ALL,
    required: true,
    slot: 'time',
  },
  {
    name: 'event_uid',
    type: 'STRING',
    meaning: 'Identity of the event: `metadata.uid` of the nested files',
    kinds: ALL,
    required: true,
    slot: 'event_uid',
  },
  {
    name: 'event_kind',
    type: 'STRING',
    meaning: 'Kind of event, stable: `http.access`, `db.query`, `metric.sample`, `change.deployment` …',
    kinds: ALL,
    required: true,
    slot: 'event_kind',
  },
  {
    name: 'service',
    type: 'STRING',
    meaning: 'Service that the event is about',
    kinds: ALL,
    slot: 'service',
  },
  {
    name: 'service_version',
    type: 'STRING',
    meaning: 'Version of the reporting service',
    kinds: ALL,
    slot: 'service_version',
  },
  {
    name: 'instance',
    type: 'STRING',
    meaning: 'Instance id of the reporting process, new at every start',
    kinds: ALL,
    slot: 'instance',
  },
  {
    name: 'reporter',
    type: 'STRING',
    meaning: 'Service that reported the event',
    kinds: ALL,
    slot: 'reporter',
  },
  { name: 'class_uid', type: 'INT32', meaning: 'OCSF class', kinds: ALL, required: true, slot: 'class_uid' },
  {
    name: 'category_uid',
    type: 'INT32',
    meaning: 'OCSF category',
    kinds: ALL,
    required: true,
    slot: 'class_uid',
    derive: 'category_uid',
  },
  {
    name: 'activity_id',
    type: 'INT32',
    meaning: 'OCSF activity within the class',
    kinds: ALL,
    required: true,
    slot: 'activity_id',
  },
  {
    name: 'activity_name',
    type: 'STRING',
    meaning: 'Caption of `activity_id`',
    kinds: ALL,
    slot: 'activity_name',
  },
  {
    name: 'type_uid',
    type: 'INT64',
    meaning: 'class_uid * 100 + activity_id',
    kinds: ALL,
    required: true,
    slot: 'activity_id',
    derive: 'type_uid',
  },
  {
    name: 'severity_id',
    type: 'INT32',
    meaning: 'OCSF severity: 0 Unknown, 1 Informational … 6 Fatal',
    kinds: ALL,
    required: true,
    slot: 'severity_id',
  },
  {
    name: 'status_id',
    type: 'INT32',
    meaning: 'OCSF status: 0 Unknown, 1 Success, 2 Failure',
    kinds: [...SPANS, ...LOGS],
    slot: 'status_id',
  },
  {
    name: 'status_code',
    type: 'STRING',
    meaning: 'HTTP status, SQLSTATE, gRPC status by name, exit code or code of the error, as text',
    kinds: ['http.server', 'http.client', ...QUERIES, 'rpc.*', ...OUR_LINES],
    slot: 'status_code',
  },
  {
    name: 'status_detail',
    type: 'STRING',
    meaning: 'Why it failed, in words',
    kinds: [...SPANS, 'process.oom'],
    slot: 'status_detail',
  },
  {
    name: 'message',
    type: 'STRING',
    meaning: 'Text of the line, name of the span or of the metric',
    kinds: ALL,
    slot: 'message',
  },
  { name: 'level', type: 'STRING', meaning: 'Log level as written', kinds: LOGS, slot: 'level' },
  {
    name: 'duration',
    type: 'DOUBLE',
    unit: 'ms',
    meaning: 'How long it took, exact to the nanosecond',
    kinds: ['http.access', ...SPANS],
    slot: 'duration_us',
    derive: 'us_to_ms_exact',
  },
  {
    name: 'trace_id',
    type: 'STRING',
    meaning: 'W3C trace id, 32 hex digits',
    kinds: [...SPANS, ...LOGS],
    slot: 'trace_id',
  },
  {
    name: 'span_id',
    type: 'STRING',
    meaning: 'Span id, 16 hex digits; of a line the span in which it was written',
    kinds: [...SPANS, ...LOGS],
    slot: 'span_id',
  },
  {
    name: 'parent_span_id',
    type: 'STRING',
    meaning: 'Span id of the parent; absent at a root',
    kinds: SPANS,
    slot: 'parent_span_id',
  },
  {
    name: 'span_kind',
    type: 'STRING',
    meaning: 'unspecified, internal, server, client, producer, consumer',
    kinds: SPANS,
    slot: 'span_kind',
  },
  { name: 'span_name', type: 'STRING', meaning: 'Name of the span', kinds: SPANS, slot: 'span_name' },
  {
    name: 'request_id',
    type: 'STRING',
    meaning: '`x-request-id` of the client',
    kinds: [...SPANS, ...OUR_LINES],
    slot: 'request_id',
  },
  {
    name: 'user_id',
    type: 'STRING',
    meaning: 'User on whose behalf',
    kinds: ['http.server', 'http.client', 'auth.*', 'rpc.*', 'graphql.operation', 'internal', ...OUR_LINES],
    slot: 'user_id',
  },
  {
    name: 'http_method',
    type: 'STRING',
    meaning: 'Request method, upper case',
    kinds: HTTP,
    slot: 'http_method',
  },
  {
    name: 'http_status',
    type: 'INT32',
    meaning: 'Response status; absent where there was no response',
    kinds: HTTP,
    slot: 'http_status',
  },
  {
    name: 'http_url',
    type: 'STRING',
    meaning: 'Whole URL where known (client spans), else the path',
    kinds: HTTP,
    slot: 'http_url',
    or: ['http_path'],
  },
  {
    name: 'http_route',
    type: 'STRING',
    meaning: 'Route template',
    kinds: [...HTTP, 'internal'],
    slot: 'http_route',
  },
  {
    name: 'endpoint',
    type: 'STRING',
    meaning: 'What was called: route template, else path, else operation',
    kinds: [
      ...SPANS,
      'http.access',
      'change.scaling',
      'change.feature_flag',
      'change.config',
      'change.migration',
      'change.cache_flush',
      'change.credential_rotation',
    ],
    slot: 'http_route',
    or: ['http_path', 'operation', 'db_operation'],
  },
  {
    name: 'src_ip',
    type: 'STRING',
    meaning: 'Address of the caller',
    kinds: ['http.access', 'http.server', 'rpc.server'],
    slot: 'src_ip',
  },
  {
    name: 'peer_service',
    type: 'STRING',
    meaning: 'Service that was called, where the span says it; on the side that was called, that service',
    kinds: [...CALLING, ...SERVED],
    slot: 'dst_service',
  },
  {
    name: 'peer_host',
    type: 'STRING',
    meaning: 'Host that was called',
    kinds: CALLING,
    slot: 'dst_host',
  },
  {
    name: 'peer_port',
    type: 'INT32',
    meaning: 'Port that was called',
    kinds: [...CALLING, 'http.server', 'rpc.server'],
    slot: 'dst_port',
  },
  {
    name: 'db_system',
    type: 'STRING',
    meaning: 'Database system, as OpenTelemetry names it since 1.30: postgresql, redis, mongodb …',
    kinds: QUERIES,
    slot: 'db_system',
  },
  { name: 'db_name', type: 'STRING', meaning: 'Database', kinds: DATABASE, slot: 'db_name' },
  {
    name: 'db_operation',
    type: 'STRING',
    meaning: 'First word of the statement, or the command or API operation',
    kinds: DATABASE,
    slot: 'db_operation',
  },
  {
    name: 'db_table',
    type: 'STRING',
    meaning: 'Table or collection: as declared, else the first of the statement',
    kinds: QUERIES,
    slot: 'db_table',
  },
  {
    name: 'db_query',
    type: 'STRING',
    meaning: 'Statement without its values',
    kinds: DATABASE,
    slot: 'db_query',
  },
  {
    name: 'messaging_system',
    type: 'STRING',
    meaning: 'Messaging system: kafka, rabbitmq, aws_sqs …',
    kinds: ['queue.*'],
    slot: 'messaging_system',
  },
  { name: 'queue', type: 'STRING', meaning: 'Queue or topic', kinds: JOBS, slot: 'queue' },
  {
    name: 'job_id',
    type: 'STRING',
    meaning: 'Job, message, or invocation of a function',
    kinds: [...JOBS, 'faas.*', ...OUR_LINES],
    slot: 'job_id',
  },
  {
    name: 'job_attempt',
    type: 'INT32',
    meaning: 'Attempts made, as the worker says',
    kinds: JOBS,
    slot: 'job_attempt',
  },
  {
    name: 'rpc_system',
    type: 'STRING',
    meaning: 'RPC system: grpc, connectrpc, aws-api …',
    kinds: ['rpc.*'],
    slot: 'rpc_system',
  },
  {
    name: 'rpc_service',
    type: 'STRING',
    meaning: 'Service that was called, with its package',
    kinds: ['rpc.*'],
    slot: 'rpc_service',
  },
  { name: 'rpc_method', type: 'STRING', meaning: 'Method', kinds: ['rpc.*'], slot: 'rpc_method' },
  {
    name: 'error_type',
    type: 'STRING',
    meaning: 'Class or code of the error',
    kinds: [...SPANS, ...OUR_LINES],
    slot: 'error_type',
  },
  {
    name: 'error_message',
    type: 'STRING',
    meaning: 'Message of the error',
    kinds: [...SPANS, ...OUR_LINES],
    slot: 'error_message',
  },
  { name: 'pid', type: 'INT64', meaning: 'Process id', kinds: ['process.*'], slot: 'pid' },
  {
    name: 'exit_code',
    type: 'INT64',
    meaning: 'Exit code',
    kinds: ['process.*'],
    slot: 'exit_code',
  },
  {
    name: 'signal',
    type: 'STRING',
    meaning: 'Signal that ended the process',
    kinds: ['process.*'],
    slot: 'signal',
  },
  {
    name: 'replica',
    type: 'STRING',
    meaning: 'Which replica of the service',
    kinds: ['process.*'],
    slot: 'replica',
  },
  {
    name: 'metric_name',
    type: 'STRING',
    meaning: 'Metric; histograms come as `_sum`, `_count` and `_bucket`, exponential ones without `_bucket`',
    kinds: METRICS,
    slot: 'metric_name',
  },
  {
    name: 'metric_value',
    type: 'DOUBLE',
    unit: 'metric_unit',
    meaning: 'Value; counters as they stand, buckets cumulative',
    kinds: METRICS,
    slot: 'metric_value',
  },
  {
    name: 'metric_type',
    type: 'STRING',
    meaning: 'gauge, counter, histogram, exponential_histogram or summary',
    kinds: METRICS,
    slot: 'metric_type',
  },
  {
    name: 'metric_unit',
    type: 'STRING',
    meaning: 'Unit as the source says (UCUM)',
    kinds: METRICS,
    slot: 'metric_unit',
  },
  {
    name: 'metric_temporality',
    type: 'STRING',
    meaning: 'cumulative: since a start; delta: since the sample before; absent where it has no meaning',
    kinds: METRICS,
    slot: 'metric_temporality',
  },
  {
    name: 'labels',
    type: 'STRING',
    meaning: 'Labels of the series: a JSON object with sorted keys',
    kinds: METRICS,
    slot: 'labels',
  },
  {
    name: 'change_kind',
    type: 'STRING',
    meaning:
      'deployment, rollback, restart, scaling, feature_flag, config, migration, cache_flush, credential_rotation',
    kinds: CHANGES,
    slot: 'change_kind',
  },
  {
    name: 'change_uid',
    type: 'STRING',
    meaning: 'Identity of the change',
    kinds: CHANGES,
    slot: 'change_uid',
  },
  { name: 'change_from', type: 'STRING', meaning: 'Value before', kinds: CHANGES, slot: 'change_from' },
  { name: 'change_to', type: 'STRING', meaning: 'Value after', kinds: CHANGES, slot: 'change_to' },
  {
    name: 'change_actor',
    type: 'STRING',
    meaning: 'Who changed it',
    kinds: CHANGES,
    slot: 'actor_user',
    when: 'change_kind',
  },
  {
    name: 'change_status',
    type: 'STRING',
    meaning: 'applied or failed; `status_id` says the same',
    kinds: CHANGES,
    slot: 'change_status',
  },
  {
    name: 'change_detail',
    type: 'STRING',
    meaning: 'What else is known of it: JSON text',
    kinds: CHANGES,
    slot: 'change_detail',
  },
  {
    name: 'attributes',
    type: 'STRING',
    meaning:
      'What has no column: a JSON object with sorted keys; of an exponential histogram all of it, at its `_count`',
    kinds: [...SPANS, ...LOGS, ...METRICS],
    slot: 'attributes',
  },
];

/** The flat file of an event kind that came by a signal. */
export const flatFile = (signal: 'logs' | 'traces' | 'metrics', kind: string): FlatFile =>
  kind.startsWith('change.') ? 'changes' : signal;
