import {
  changeUnmapped,
  commonLeaves,
  commonUnmapped,
  constant,
  duration,
  leaf,
  spanUnmapped,
  traceLeaves,
  unmapped,
  unmappedTrace,
} from './common.ts';
import type { ClassLayout, Leaf } from './layout.ts';

const source: readonly Leaf[] = [
  leaf('src_endpoint.svc_name', 'str', 'src_service'),
  leaf('src_endpoint.ip', 'str', 'src_ip'),
  leaf('src_endpoint.port', 'i32', 'src_port'),
];
const destination: readonly Leaf[] = [
  leaf('dst_endpoint.svc_name', 'str', 'dst_service'),
  leaf('dst_endpoint.hostname', 'str', 'dst_host'),
  leaf('dst_endpoint.ip', 'str', 'dst_ip'),
  leaf('dst_endpoint.port', 'i32', 'dst_port'),
];
const app: readonly Leaf[] = [
  leaf('app.name', 'str', 'service'),
  leaf('app.uid', 'str', 'service'),
  leaf('app.version', 'str', 'app_version'),
];
const POINTS = { 1: 'Source', 2: 'Destination' };
const DIRECTIONS = { 1: 'Outbound', 2: 'Inbound' };

type Head = Omit<ClassLayout, 'leaves' | 'unmapped'> & { readonly category: string };
function layout({ category, ...head }: Head, parts: Pick<ClassLayout, 'leaves' | 'unmapped'>): ClassLayout {
  return {
    ...head,
    leaves: [...commonLeaves({ category, ...head }), ...parts.leaves],
    unmapped: [...commonUnmapped, ...parts.unmapped],
  };
}

const application = { category_uid: 6, category: 'Application Activity' };

/** One fixed list of columns a class; `ocsf/mapping` of the documentation says which kind goes where. */
export const CLASSES: readonly ClassLayout[] = [
  layout(
    {
      class_uid: 0,
      name: 'base_event',
      caption: 'Base Event',
      category_uid: 0,
      category: 'Uncategorized',
      profiles: ['host'],
    },
    {
      leaves: [],
      unmapped: [
        ...unmappedTrace,
        unmapped('request_id', 'request_id'),
        unmapped('user_id', 'user_id'),
        unmapped(['messaging', 'job_id'], 'job_id'),
        unmapped(['metric', 'name'], 'metric_name'),
        unmapped(['metric', 'type'], 'metric_type'),
        unmapped(['metric', 'unit'], 'metric_unit'),
        unmapped(['metric', 'temporality'], 'metric_temporality'),
        unmapped(['metric', 'value'], 'metric_value'),
        unmapped(['metric', 'labels'], 'labels'),
      ],
    },
  ),
  layout(
    {
      class_uid: 1007,
      name: 'process_activity',
      caption: 'Process Activity',
      category_uid: 1,
      category: 'System Activity',
      profiles: ['host'],
    },
    {
      leaves: [
        leaf('actor.app_name', 'str', 'reporter'),
        leaf('process.pid', 'i64', 'pid'),
        leaf('process.uid', 'str', 'process_uid'),
        leaf('process.name', 'str', 'service'),
        leaf('exit_code', 'i64', 'exit_code'),
      ],
      unmapped: [unmapped(['process', 'replica'], 'replica'), unmapped(['process', 'signal'], 'signal')],
    },
  ),
  layout(
    {
      class_uid: 3002,
      name: 'authentication',
      caption: 'Authentication',
      category_uid: 3,
      category: 'Identity & Access Management',
      profiles: ['host'],
    },
    {
      leaves: [
        duration,
        leaf('start_time', 'i64', 'start_time'),
        leaf('end_time', 'i64', 'end_time'),
        leaf('user.name', 'str', 'actor_user'),
        leaf('user.uid', 'str', 'user_id'),
        constant('user.type_id', 'i32', 1),
        constant('user.type', 'str', 'User'),
        leaf('service.name', 'str', 'service'),
        leaf('service.version', 'str', 'service_version'),
        constant('auth_protocol_id', 'i32', 99),
        leaf('auth_protocol', 'str', 'auth_protocol'),
        constant('is_remote', 'bool', true),
        leaf('dst_endpoint.svc_name', 'str', 'dst_service'),
      ],
      unmapped: [...unmappedTrace, ...spanUnmapped, unmapped('request_id', 'request_id')],
    },
  ),
  layout(
    {
      class_uid: 4002,
      name: 'http_activity',
      caption: 'HTTP Activity',
      category_uid: 4,
      category: 'Network Activity',
      profiles: ['host', 'trace'],
    },
    {
      leaves: [
        duration,
        leaf('start_time', 'i64', 'start_time'),
        leaf('end_time', 'i64', 'end_time'),
        leaf('http_request.uid', 'str', 'request_id'),
        leaf('http_request.http_method', 'str', 'http_method'),
        leaf('http_request.version', 'str', 'http_version'),
        leaf('http_request.user_agent', 'str', 'user_agent'),
        leaf('http_request.body_length', 'i64', 'request_bytes'),
        leaf('http_request.url.path', 'str', 'http_path'),
        leaf('http_request.url.url_string', 'str', 'http_url'),
        leaf('http_request.url.query_string', 'str', 'http_query', { when: 'http_path' }),
        leaf('http_request.url.scheme', 'str', 'http_scheme', { when: 'http_path' }),
        leaf('http_request.url.hostname', 'str', 'http_host', { when: 'http_path' }),
        leaf('http_request.url.port', 'i32', 'http_port', { when: 'http_path' }),
        leaf('http_response.code', 'i32', 'http_status'),
        leaf('http_response.latency', 'i64', 'duration_us', { derive: 'us_to_ms', when: 'http_status' }),
        leaf('http_response.body_length', 'i64', 'response_bytes', { when: 'http_status' }),
        ...source,
        ...destination,
        leaf('observation_point_id', 'i32', 'observation_point_id'),
        leaf('observation_point', 'str', 'observation_point_id', { captions: POINTS }),
        leaf('connection_info.direction_id', 'i32', 'observation_point_id', { derive: 'direction_id' }),
        leaf('connection_info.direction', 'str', 'observation_point_id', { captions: DIRECTIONS }),
        leaf('actor.user.uid', 'str', 'user_id'),
        ...traceLeaves,
      ],
      unmapped: [...spanUnmapped, unmapped('http.route', 'http_route')],
    },
  ),
  layout(
    {
      class_uid: 6002,
      name: 'application_lifecycle',
      caption: 'Application Lifecycle',
      ...application,
      profiles: ['host'],
    },
    {
      leaves: [
        ...app,
        leaf('app.feature.name', 'str', 'operation'),
        leaf('actor.user.name', 'str', 'actor_user'),
      ],
      unmapped: [
        ...changeUnmapped,
        unmapped(['process', 'action'], 'process_action'),
        unmapped(['process', 'pid'], 'pid'),
        unmapped(['process', 'replica'], 'replica'),
        unmapped(['process', 'exit_code'], 'exit_code'),
        unmapped(['process', 'signal'], 'signal'),
      ],
    },
  ),
  layout(
    {
      class_uid: 6003,
      name: 'api_activity',
      caption: 'API Activity',
      ...application,
      profiles: ['host', 'trace'],
    },
    {
      leaves: [
        duration,
        leaf('start_time', 'i64', 'start_time'),
        leaf('end_time', 'i64', 'end_time'),
        leaf('actor.app_name', 'str', 'reporter'),
        leaf('actor.user.name', 'str', 'actor_user'),
        leaf('api.operation', 'str', 'operation'),
        leaf('api.service.name', 'str', 'reporter'),
        leaf('api.request.uid', 'str', 'job_id'),
        ...source,
        ...destination,
        leaf('resources[].uid', 'str', 'job_id'),
        leaf('resources[].name', 'str', 'queue'),
        constant('resources[].type', 'str', 'queue.message', 'queue'),
        constant('resources[].role_id', 'i32', 1, 'queue'),
        constant('resources[].role', 'str', 'Target', 'queue'),
        ...traceLeaves,
      ],
      unmapped: [
        ...spanUnmapped,
        ...changeUnmapped,
        unmapped(['change', 'service'], 'service', 'change_kind'),
        unmapped('http.route', 'http_route'),
        unmapped(['messaging', 'system'], 'messaging_system'),
        unmapped(['messaging', 'attempt'], 'job_attempt'),
        unmapped(['rpc', 'system'], 'rpc_system'),
        unmapped(['rpc', 'service'], 'rpc_service'),
        unmapped(['rpc', 'method'], 'rpc_method'),
        unmapped('request_id', 'request_id'),
      ],
    },
  ),
  layout(
    {
      class_uid: 6005,
      name: 'datastore_activity',
      caption: 'Datastore Activity',
      ...application,
      profiles: ['host'],
    },
    {
      leaves: [
        duration,
        leaf('start_time', 'i64', 'start_time'),
        leaf('end_time', 'i64', 'end_time'),
        constant('type_id', 'i32', 1),
        constant('type', 'str', 'Database'),
        leaf('actor.app_name', 'str', 'reporter'),
        leaf('actor.user.name', 'str', 'actor_user'),
        leaf('src_endpoint.svc_name', 'str', 'src_service'),
        ...destination,
        leaf('database.name', 'str', 'db_name'),
        leaf('database.type_id', 'i32', 'db_type_id'),
        leaf('database.type', 'str', 'db_type_id', {
          captions: { 1: 'Relational', 6: 'NoSQL', 7: 'Vector', 99: 'Other' },
        }),
        leaf('table.name', 'str', 'db_table'),
        leaf('query_info.name', 'str', 'db_operation', { when: 'db_query' }),
        leaf('query_info.query_string', 'str', 'db_query'),
      ],
      unmapped: [
        ...unmappedTrace,
        ...spanUnmapped,
        ...changeUnmapped,
        unmapped(['db', 'system'], 'db_system'),
        unmapped(['db', 'operation'], 'db_operation'),
        unmapped('request_id', 'request_id'),
      ],
    },
  ),
  layout(
    {
      class_uid: 6008,
      name: 'application_error',
      caption: 'Application Error',
      ...application,
      profiles: ['host'],
    },
    {
      leaves: [leaf('raw_data', 'str', 'raw_data')],
      unmapped: [
        ...unmappedTrace,
        unmapped('request_id', 'request_id'),
        unmapped('user_id', 'user_id'),
        unmapped(['messaging', 'job_id'], 'job_id'),
      ],
    },
  ),
];

const BY_UID = new Map(CLASSES.map((layout) => [layout.class_uid, layout]));

/** @throws RangeError where we emit no such class */
export function classLayout(class_uid: number): ClassLayout {
  const found = BY_UID.get(class_uid);
  if (!found) throw new RangeError(`no layout of class ${class_uid}`);
  return found;
}
