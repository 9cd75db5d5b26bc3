import { EVENTS_FILE, WINDOWS_FILE } from '../dataset/verify-labels.ts';
import { EVENT_COLUMNS } from '../label/labels.ts';
import type { LabelColumn } from '../label/table.ts';
import { WINDOW_COLUMNS } from '../label/windows.ts';
import { CLASSES } from '../ocsf/classes.ts';
import type { ClassLayout, LeafType } from '../ocsf/layout.ts';
import { FLAT_COLUMNS, type FlatColumn, type FlatType } from '../write/columns.ts';

/** Croissant 1.0 types; integers are 32 or 64 bits wide, as the file says. */
type DataType = 'sc:Integer' | 'sc:Float' | 'sc:Text' | 'sc:Boolean';

/** One field of a record set, and where in its file it stands. */
export interface RecordField {
  /** `time`, or of a nested file `metadata.product.name`. */
  readonly name: string;
  readonly dataType: DataType;
  readonly description: string;
  /** Top-level column. */
  readonly column: string;
  /** Within the column's value. */
  readonly jsonPath?: string;
  readonly repeated?: true;
}

export interface RecordSet {
  readonly id: string;
  readonly description: string;
  /** Names of the fields that tell records apart. */
  readonly key: readonly string[];
  readonly fields: readonly RecordField[];
}

const FLAT_TYPE = {
  ...{ INT32: 'sc:Integer', INT64: 'sc:Integer', DOUBLE: 'sc:Float', STRING: 'sc:Text' },
} as const satisfies Record<FlatType, DataType>;
const NESTED_TYPE = {
  ...{ i32: 'sc:Integer', i64: 'sc:Integer', f64: 'sc:Float', bool: 'sc:Boolean' },
  ...{ str: 'sc:Text', json: 'sc:Text' },
} as const satisfies Record<LeafType, DataType>;

const FLAT_FILE = /^ocsf_(\w+)\.parquet$/;
const NESTED_FILE = /^ocsf\/(\w+)\//;

/** `ocsf_logs.parquet` → `logs`, `labels/windows.parquet` → `labels_windows`, `ocsf/base_event/part-00000.parquet` → `base_event`. */
export const recordSetId = (path: string): string =>
  FLAT_FILE.exec(path)?.[1] ??
  path
    .replace(/^ocsf\//, '')
    .replace(/(\/part-0+)?\.parquet$/, '')
    .replace(/[^A-Za-z0-9]+/g, '_');

/** What is in a Parquet file of a dataset. @throws Error of a file that no dataset has */
export function recordSetOf(path: string): RecordSet {
  const id = recordSetId(path);
  const flat = FLAT_FILE.exec(path)?.[1];
  if (flat)
    return {
      ...{ id, key: ['event_uid'], fields: FLAT_COLUMNS.map(flatField) },
      description: `One row an event of the ${flat}, in plain columns`,
    };
  if (path === EVENTS_FILE)
    return {
      ...{ id, key: ['event_uid'], fields: EVENT_COLUMNS.map(labelField) },
      description: 'Ground truth: one row an event in the time of a case',
    };
  if (path === WINDOWS_FILE)
    return {
      ...{ id, key: ['case'], fields: WINDOW_COLUMNS.map(labelField) },
      description: 'Ground truth: one row a case',
    };
  const layout = CLASSES.find(({ name }) => name === NESTED_FILE.exec(path)?.[1]);
  if (!layout) throw new Error(`no record set is known for ${path}`);
  return {
    ...{ id, key: ['metadata.uid'], fields: nestedFields(layout) },
    description: `Events of the OCSF class ${layout.caption} (${layout.class_uid}), nested`,
  };
}

function flatField({ name, type, unit, meaning }: FlatColumn): RecordField {
  const description = unit ? `${meaning} (${unit})` : meaning;
  return { name, column: name, dataType: FLAT_TYPE[type], description };
}

const labelField = ({ name, type, meaning }: LabelColumn): RecordField => ({
  ...{ name, column: name, dataType: FLAT_TYPE[type], description: meaning },
});

/** Of a path as `metadata.transformation_info_list[].name` the first step is the column, the rest a path within it. */
function nestedFields({ caption, leaves }: ClassLayout): RecordField[] {
  const fields = leaves.map(({ path, type, list }): RecordField => {
    const [first = '', ...rest] = path.split('.');
    const column = first.replace('[]', '');
    const within = rest.join('.').replaceAll('[]', '[*]');
    return {
      ...{ name: path.replaceAll('[]', ''), column, dataType: NESTED_TYPE[type] },
      description: `${path} of OCSF ${caption}`,
      ...(within && { jsonPath: within }),
      ...((list || first.endsWith('[]')) && { repeated: true as const }),
    };
  });
  const unmapped = 'What the class has no attribute for: JSON text';
  return [...fields, { name: 'unmapped', column: 'unmapped', dataType: 'sc:Text', description: unmapped }];
}
