/**
 * What a mapper can say of an event, once: the nested OCSF columns (`ocsf/classes.ts`), the flat columns (`write/columns.ts`) and
 * the JSON events all read these slots. `s` is text, `n` a number (integers up to 2^53), `j` JSON text, `h` an id of so many bytes
 * that is written as lower-case hex.
 */
const KINDS = {
  event_uid: 'h',
  event_kind: 's',
  /** Epoch ms UTC; of a span its start. */
  time: 'n',
  class_uid: 'n',
  activity_id: 'n',
  activity_name: 's',
  severity_id: 'n',
  status_id: 'n',
  status_code: 's',
  status_detail: 's',
  message: 's',
  /** Whom the event is about. */
  service: 's',
  /** Who reports it: differs from `service` for changes and process events. */
  reporter: 's',
  service_version: 's',
  instance: 's',
  environment: 's',
  level: 's',
  log_file: 's',
  /** Line number of the process, from 1. */
  line: 'n',
  raw_data: 's',
  trace_id: 'h',
  span_id: 'h',
  parent_span_id: 'h',
  span_kind: 's',
  span_name: 's',
  /** UNSET, OK or ERROR, as OpenTelemetry says it. */
  span_status: 's',
  start_time: 'n',
  end_time: 'n',
  /** Version that a deployment or rollback brings. */
  app_version: 's',
  /** Microseconds with three decimals: whole nanoseconds. */
  duration_us: 'n',
  request_id: 's',
  user_id: 's',
  http_method: 's',
  http_status: 'n',
  http_scheme: 's',
  http_host: 's',
  http_port: 'n',
  http_path: 's',
  http_query: 's',
  http_url: 's',
  http_route: 's',
  http_version: 's',
  user_agent: 's',
  request_bytes: 'n',
  response_bytes: 'n',
  src_service: 's',
  src_ip: 's',
  src_port: 'n',
  dst_service: 's',
  dst_host: 's',
  dst_ip: 's',
  dst_port: 'n',
  observation_point_id: 'n',
  db_system: 's',
  db_name: 's',
  db_type_id: 'n',
  db_operation: 's',
  db_table: 's',
  db_query: 's',
  operation: 's',
  actor_user: 's',
  messaging_system: 's',
  queue: 's',
  job_id: 's',
  job_attempt: 'n',
  rpc_system: 's',
  rpc_service: 's',
  rpc_method: 's',
  auth_protocol: 's',
  pid: 'n',
  process_uid: 's',
  process_action: 's',
  replica: 's',
  exit_code: 'n',
  signal: 's',
  change_kind: 's',
  change_uid: 's',
  change_from: 's',
  change_to: 's',
  change_status: 's',
  change_detail: 'j',
  error_type: 's',
  error_message: 's',
  error_stack: 's',
  metric_name: 's',
  metric_value: 'n',
  metric_type: 's',
  metric_unit: 's',
  metric_temporality: 's',
  labels: 'j',
  /** What was said of the event and has no place of its own. */
  attributes: 'j',
  span_events: 'j',
  span_links: 'j',
} as const satisfies Record<string, SlotKind>;

export type SlotKind = 's' | 'n' | 'j' | 'h';
export type SlotName = keyof typeof KINDS;
export const SLOT_NAMES = Object.keys(KINDS) as SlotName[];
/** Slot name → number. */
export const SLOT = Object.fromEntries(SLOT_NAMES.map((name, i) => [name, i])) as Readonly<
  Record<SlotName, number>
>;
export const slotKind = (name: SlotName): SlotKind => KINDS[name];
const slotsOf = (...kinds: SlotKind[]): readonly number[] =>
  SLOT_NAMES.filter((name) => kinds.includes(KINDS[name])).map((name) => SLOT[name]);
export const NUMBER_SLOTS = slotsOf('n');
export const TEXT_SLOTS = slotsOf('s', 'j');
export const ID_SLOTS = slotsOf('h');
/** Bytes of an id, by slot number; of all other slots 0. */
export const ID_BYTES = new Uint8Array(SLOT_NAMES.length);
ID_BYTES.set([16], SLOT.event_uid);
ID_BYTES.set([16], SLOT.trace_id);
ID_BYTES.set([8], SLOT.span_id);
ID_BYTES.set([8], SLOT.parent_span_id);

/** Slots whose values hardly come again from row to row. Of all others rows have the same so often that they share them. */
const OWN: readonly SlotName[] = [
  ...(['event_uid', 'trace_id', 'span_id', 'parent_span_id'] as const),
  ...(['time', 'start_time', 'end_time', 'duration_us'] as const),
  ...(['message', 'status_detail', 'line', 'raw_data', 'request_id', 'user_id', 'job_id'] as const),
  ...(['http_path', 'http_query', 'http_url', 'request_bytes', 'response_bytes'] as const),
  ...(['src_ip', 'src_port', 'error_message', 'error_stack'] as const),
  ...(['metric_value', 'attributes', 'span_events', 'span_links'] as const),
];
/** 1 where rows share the value of a slot, by slot number. */
export const isShared: Uint8Array = new Uint8Array(SLOT_NAMES.length).fill(1);
for (const name of OWN) isShared[SLOT[name]] = 0;
/** Hardly a value of these comes twice: not worth looking for, and no dictionary in Parquet. */
export const UNIQUE_SLOTS: ReadonlySet<number> = new Set([SLOT.event_uid, SLOT.span_id, SLOT.parent_span_id]);
