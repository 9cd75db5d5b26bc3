import type { SlotName } from '../map/slots.ts';
import type { Leaf, LeafType, UnmappedLeaf } from './layout.ts';

export const OCSF_VERSION = '1.8.0';
/** Goes into every event; raise it when the same raw record is mapped otherwise. */
export const MAPPING_VERSION = '3';

/** OCSF dictionary: `severity_id`. */
export const SEVERITY: Readonly<Record<number, string>> = {
  0: 'Unknown',
  1: 'Informational',
  2: 'Low',
  3: 'Medium',
  4: 'High',
  5: 'Critical',
  6: 'Fatal',
};
/** OCSF dictionary: `status_id` (of all classes but the findings). */
export const STATUS: Readonly<Record<number, string>> = { 0: 'Unknown', 1: 'Success', 2: 'Failure' };

export function leaf(path: string, type: LeafType, slot: SlotName, more: Partial<Leaf> = {}): Leaf {
  return { path, type, slot, ...more };
}
export function constant(
  path: string,
  type: LeafType,
  value: string | number | boolean,
  when?: SlotName,
): Leaf {
  return when ? { path, type, constant: value, when } : { path, type, constant: value };
}
export function unmapped(path: string | readonly string[], slot: SlotName, when?: SlotName): UnmappedLeaf {
  const at = typeof path === 'string' ? [path] : path;
  return when ? { path: at, slot, when } : { path: at, slot };
}

/** What every class begins with. */
export function commonLeaves({
  class_uid,
  caption,
  category_uid,
  category,
  profiles,
}: {
  class_uid: number;
  caption: string;
  category_uid: number;
  category: string;
  profiles: readonly string[];
}): Leaf[] {
  return [
    leaf('time', 'i64', 'time'),
    constant('category_uid', 'i32', category_uid),
    constant('category_name', 'str', category),
    constant('class_uid', 'i32', class_uid),
    constant('class_name', 'str', caption),
    leaf('activity_id', 'i32', 'activity_id'),
    leaf('activity_name', 'str', 'activity_name'),
    leaf('type_uid', 'i64', 'activity_id', { derive: 'type_uid' }),
    leaf('severity_id', 'i32', 'severity_id'),
    leaf('severity', 'str', 'severity_id', { captions: SEVERITY }),
    leaf('status_id', 'i32', 'status_id'),
    leaf('status', 'str', 'status_id', { captions: STATUS }),
    leaf('status_code', 'str', 'status_code'),
    leaf('status_detail', 'str', 'status_detail'),
    leaf('message', 'str', 'message'),
    constant('metadata.version', 'str', OCSF_VERSION),
    { path: 'metadata.profiles', type: 'str', list: profiles },
    leaf('metadata.uid', 'str', 'event_uid'),
    leaf('metadata.event_code', 'str', 'event_kind'),
    leaf('metadata.product.name', 'str', 'reporter'),
    constant('metadata.product.vendor_name', 'str', 'storefront'),
    leaf('metadata.product.version', 'str', 'service_version'),
    leaf('metadata.correlation_uid', 'str', 'trace_id'),
    leaf('metadata.original_event_uid', 'str', 'span_id'),
    leaf('metadata.log_level', 'str', 'level'),
    leaf('metadata.log_name', 'str', 'log_file'),
    leaf('metadata.sequence', 'i64', 'line'),
    constant('metadata.transformation_info_list[].name', 'str', 'ocsf-converter'),
    constant('metadata.transformation_info_list[].lang', 'str', 'typescript'),
    constant('metadata.transformation_info_list[].product.name', 'str', 'ocsf-converter'),
    constant('metadata.transformation_info_list[].product.version', 'str', MAPPING_VERSION),
    constant('device.type_id', 'i32', 0, 'reporter'),
    leaf('device.name', 'str', 'reporter'),
    leaf('device.instance_uid', 'str', 'instance'),
  ];
}

/** Profile `trace`, which 1.8.0 allows on 4002 and 6003 alone. A span object needs uid, start and end. */
export const traceLeaves: readonly Leaf[] = [
  leaf('trace.uid', 'str', 'trace_id'),
  leaf('trace.service.name', 'str', 'reporter', { when: 'trace_id' }),
  leaf('trace.service.version', 'str', 'service_version', { when: 'trace_id' }),
  leaf('trace.span.uid', 'str', 'span_id', { when: 'end_time' }),
  leaf('trace.span.parent_uid', 'str', 'parent_span_id', { when: 'end_time' }),
  leaf('trace.span.operation', 'str', 'span_name', { when: 'end_time' }),
  leaf('trace.span.start_time', 'i64', 'start_time', { when: 'end_time' }),
  leaf('trace.span.end_time', 'i64', 'end_time'),
  leaf('trace.span.duration', 'i64', 'duration_us', { derive: 'us_to_ms', when: 'end_time' }),
  leaf('trace.span.status_code', 'str', 'span_status', { when: 'end_time' }),
];

/** The same object at `unmapped.trace`, for the classes that the profile does not reach. */
export const unmappedTrace: readonly UnmappedLeaf[] = [
  unmapped(['trace', 'uid'], 'trace_id'),
  unmapped(['trace', 'span', 'uid'], 'span_id'),
  unmapped(['trace', 'span', 'parent_uid'], 'parent_span_id'),
  unmapped(['trace', 'span', 'operation'], 'span_name'),
  unmapped(['trace', 'span', 'status_code'], 'span_status'),
];

export const commonUnmapped: readonly UnmappedLeaf[] = [
  unmapped('environment', 'environment'),
  unmapped(['error', 'type'], 'error_type'),
  unmapped(['error', 'message'], 'error_message'),
  unmapped(['error', 'stack'], 'error_stack'),
  unmapped('attributes', 'attributes'),
];
export const spanUnmapped: readonly UnmappedLeaf[] = [
  unmapped('duration_us', 'duration_us'),
  unmapped('span_kind', 'span_kind'),
  unmapped('events', 'span_events'),
  unmapped('links', 'span_links'),
];
export const changeUnmapped: readonly UnmappedLeaf[] = [
  unmapped(['change', 'kind'], 'change_kind'),
  unmapped(['change', 'uid'], 'change_uid'),
  unmapped(['change', 'from'], 'change_from'),
  unmapped(['change', 'to'], 'change_to'),
  unmapped(['change', 'status'], 'change_status'),
  unmapped(['change', 'detail'], 'change_detail'),
];
/** Whole milliseconds, as OCSF has them; the exact value is `unmapped.duration_us`. */
export const duration = leaf('duration', 'i64', 'duration_us', { derive: 'us_to_ms' });
