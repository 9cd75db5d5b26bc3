import { byName, type LogLine } from './line.ts';
import { type RowWriter, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const LIFECYCLE = 6002;
const PROCESS = 1007;
const ACTIONS = byName<
  readonly [kind: number, classUid: number, activityId: number, activityName: number, severityId: number]
>({
  start: [text('process.start'), LIFECYCLE, 3, text('Start'), 1],
  stop: [text('process.stop'), LIFECYCLE, 4, text('Stop'), 1],
  restart: [text('process.restart'), LIFECYCLE, 5, text('Restart'), 3],
  exit: [text('process.exit'), PROCESS, 2, text('Terminate'), 4],
  oom: [text('process.oom'), PROCESS, 2, text('Terminate'), 5],
});

/** An `event: "process"` line → 6002 (start, stop, restart) or 1007 (exit, oom). False where it holds no known action. */
export function mapProcess(writer: RowWriter, line: LogLine): boolean {
  const process = line.nested('process');
  const name = process?.text('action');
  const action = name === undefined ? undefined : ACTIONS.get(name);
  if (!process || !action) return false;
  const [kind, classUid, activityId, activityName, severity] = action;
  const service = process.text('service') ?? line.text('service');
  const replica = process.text('replica');
  const code = process.number('exit_code');
  const clean = name === 'exit' && code === 0;
  writer.id(SLOT.event_kind, kind);
  writer.number(SLOT.class_uid, classUid);
  writer.activity(activityId, activityName);
  writer.outcome(clean ? 1 : severity, classUid === LIFECYCLE || clean ? 1 : 2);
  if (!Number.isNaN(code) && classUid === PROCESS) writer.text(SLOT.status_code, String(code));
  if (name === 'oom') writer.text(SLOT.status_detail, 'OOMKilled');
  writer.text(SLOT.service, service);
  writer.text(SLOT.process_action, name);
  writer.text(SLOT.replica, replica);
  writer.text(SLOT.process_uid, replica === undefined ? service : `${service}-${replica}`);
  writer.count(SLOT.pid, process.number('pid'));
  writer.number(SLOT.exit_code, Number.isSafeInteger(code) ? code : Number.NaN);
  writer.text(SLOT.signal, process.text('signal'));
  writer.text(SLOT.message, line.text('msg') ?? `${service} ${name}`);
  return true;
}
