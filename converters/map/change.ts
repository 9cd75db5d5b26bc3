import type { Origin } from '../read/walk.ts';
import { byName, type LogLine } from './line.ts';
import { type RowWriter, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const LIFECYCLE = 6002;
const API = 6003;
const DATASTORE = 6005;
const APPLIED = 1;
const FAILED = 2;
type Target = readonly [classUid: number, activityId: number, activityName: number, operation: string];
const UPDATE = text('Update');
const INSTALL = text('Install');
const RESTART = text('Restart');
const ENABLE = text('Enable');
const DISABLE = text('Disable');
const DELETE = text('Delete');
const NOSQL = 6;

/** Change kind → class and activity; a kind that is not listed is an update of something: 6003. */
const TARGETS = byName<Target>({
  deployment: [LIFECYCLE, 8, UPDATE, ''],
  rollback: [LIFECYCLE, 8, UPDATE, ''],
  restart: [LIFECYCLE, 5, RESTART, ''],
  feature_flag: [LIFECYCLE, 8, UPDATE, ''],
  scaling: [API, 3, UPDATE, 'ScaleService'],
  config: [API, 3, UPDATE, 'UpdateConfiguration'],
  migration: [API, 3, UPDATE, 'MigrateSchema'],
  credential_rotation: [API, 3, UPDATE, 'RotateCredential'],
  cache_flush: [DATASTORE, 7, DELETE, 'FLUSHDB'],
});
/** An empty text, as JSON. */
const NOTHING = '""';
/** How the operator writes a flag's state: `pricing_v2=true`. */
const FLAG_STATE = /^([^=]+)=(.*)$/;
const KIND = /^[a-z][a-z0-9_]{0,39}$/;

/** An `event: "change"` line → the class of its kind. False where it holds no change. */
export function mapChange(writer: RowWriter, line: LogLine, origin: Origin): boolean {
  const change = line.nested('change');
  const kind = change?.text('kind');
  if (!change || !kind || !KIND.test(kind)) return false;
  const [classUid, activityId, activityName, operation] = TARGETS.get(kind) ?? [
    API,
    3,
    UPDATE,
    'ApplyChange',
  ];
  const service = change.text('service');
  const stated = (name: string) => {
    const value = change.text(name) ?? change.json(name);
    return value === NOTHING ? undefined : value;
  };
  const [from, to] = [stated('from'), stated('to')];
  // Said to have been nothing, and not left out.
  const isFirst = kind === 'deployment' && from === undefined && change.json('from') === NOTHING;
  const actor = change.text('actor');
  writer.text(SLOT.event_kind, `change.${kind}`);
  writer.number(SLOT.class_uid, classUid);
  writer.activity(activityId, activityName);
  writer.outcome(
    change.text('status') === 'failed' ? 4 : 1,
    change.text('status') === 'failed' ? FAILED : APPLIED,
  );
  if (classUid === DATASTORE) {
    if (change.text('status') !== 'failed') writer.number(SLOT.severity_id, 2);
    writer.text(SLOT.db_operation, operation);
    writer.text(SLOT.db_query, operation);
    writer.text(SLOT.db_name, service ?? 'cache');
    writer.number(SLOT.db_type_id, NOSQL);
    writer.text(SLOT.dst_service, service);
  } else if (operation) writer.text(SLOT.operation, operation);
  if (kind === 'feature_flag') {
    const [, flag, value] = FLAG_STATE.exec(to ?? '') ?? [];
    writer.text(SLOT.operation, flag);
    if (value === 'true') writer.activity(6, ENABLE);
    else if (value === 'false') writer.activity(7, DISABLE);
  }
  if (isFirst) writer.activity(1, INSTALL);
  if (kind === 'deployment' || kind === 'rollback') writer.text(SLOT.app_version, to);
  writer.text(SLOT.service, service);
  // OCSF: who made the call must be there, also where the line does not say who wrote it.
  writer.id(SLOT.src_service, origin.service);
  writer.text(SLOT.src_service, line.text('service'));
  writer.text(SLOT.actor_user, actor);
  writer.text(SLOT.change_kind, kind);
  writer.text(SLOT.change_uid, change.text('uid'));
  writer.text(SLOT.change_from, from);
  writer.text(SLOT.change_to, to);
  writer.text(SLOT.change_status, change.text('status') === 'failed' ? 'failed' : 'applied');
  writer.text(SLOT.change_detail, change.json('detail'));
  writer.text(SLOT.message, line.text('msg') ?? `${kind} ${service ?? ''} ${from ?? ''} -> ${to ?? ''}`);
  return true;
}
