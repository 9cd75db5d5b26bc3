import { jsonOf } from '../read/value-json.ts';
import type { Origin } from '../read/walk.ts';
import { mapChange } from './change.ts';
import { mapAccess } from './http.ts';
import { lineUid } from './identity.ts';
import { beginLike, type Like, likeOf, ownSlots } from './like.ts';
import type { Likenesses } from './likenesses.ts';
import type { LogLine } from './line.ts';
import type { LineBind, LineLikenesses } from './line-likeness.ts';
import { type RowWriter, text } from './mapper.ts';
import { mapProcess } from './process.ts';
import type { Senders } from './senders.ts';
import { ERROR, levelSeverity } from './severity.ts';
import { SLOT } from './slots.ts';

export const LOG = text('log');
const LOGGED = text('Log');
const GENERAL_ERROR = text('General Error');
export const BASE = 0;
export const APPLICATION_ERROR = 6008;

/** What tells a line apart from all others, and where it was. */
interface Place {
  /** Epoch ms. */
  readonly time: number;
  /** Of its process, from 1. */
  readonly count: number;
  readonly instance: string;
  /** Pool id of the file, or of the tag of its container; -1 where not said. */
  readonly file: number;
}

/**
 * Lines as the services of the stack write them → one row each. A line that is like one before is not mapped again: its row gets the
 * template of that one, and what is its own.
 */
export class OurLineMapper {
  readonly #writer: RowWriter;
  readonly #likenesses: LineLikenesses;
  readonly #senders: Senders;

  constructor(writer: RowWriter, { lines, senders }: Likenesses) {
    this.#writer = writer;
    [this.#likenesses, this.#senders] = [lines, senders];
  }

  map(line: LogLine, origin: Origin, { time, count, instance, file }: Place): void {
    const writer = this.#writer;
    const like = this.#likenesses.find(line, this.#senders.of(origin), file);
    if (like) this.#again(like, line);
    else this.#anew(line, origin, time, file);
    writer.number(SLOT.time, time);
    writer.number(SLOT.line, count);
    writer.uid(lineUid(instance, count, time));
  }

  #again(like: Like<LineBind>, line: LogLine): void {
    const writer = this.#writer;
    beginLike(writer, like);
    for (let i = 0; i < like.binds.length; i++) like.binds[i]?.(writer, line);
    const own = line.untaken(this.#likenesses.own);
    if (own.length > 0) writer.longText(SLOT.attributes, jsonOf([...own, ...like.rest]));
  }

  #anew(line: LogLine, origin: Origin, time: number, file: number): void {
    const writer = this.#writer;
    const { own, isNew } = this.#likenesses;
    line.watch(own);
    writer.begin(LOG, BASE, origin, time);
    const binds = [setIds, setShared(writer, line, origin)];
    writer.id(SLOT.log_file, file);
    const [same, asked] = [ownSlots(writer), [...line.taken]];
    const follows = line.followsFromOwn;
    for (const bind of binds) bind(writer, line);
    writer.longText(SLOT.attributes, line.rest());
    if (!isNew) return;
    this.#likenesses.ask(asked);
    this.#likenesses.learn(follows ? null : this.#like(line, same, binds));
  }

  /** Null where what is left of the line cannot be said name by name. */
  #like(
    line: LogLine,
    same: Pick<Like<LineBind>, 'texts' | 'numbers'>,
    binds: readonly LineBind[],
  ): Like<LineBind> | null {
    const { own } = this.#likenesses;
    const rest = line.untaken(Object.keys(line.fields).filter((name) => !own.includes(name)));
    if (jsonOf([...line.untaken(own), ...rest]) !== line.rest()) return null;
    return likeOf({ writer: this.#writer, same, binds, rest });
  }
}

/** What follows from the shared fields of a line; what sets the row's own slots is returned. */
function setShared(writer: RowWriter, line: LogLine, origin: Origin): LineBind {
  const level = line.text('level');
  writer.text(SLOT.service, line.text('service'));
  writer.text(SLOT.reporter, line.text('service'));
  writer.text(SLOT.service_version, line.text('version'));
  writer.text(SLOT.instance, line.text('instance'));
  writer.text(SLOT.level, level);
  const error = line.nested('err');
  if (error) {
    writer.text(SLOT.error_type, error.text('type'));
    writer.text(SLOT.error_message, error.text('message'));
    writer.text(SLOT.error_stack, error.text('stack'));
    writer.text(SLOT.status_code, error.text('code'));
  }
  const event = line.text('event');
  if (event === 'http.access') return mapAccess(writer, line);
  if (event === 'change' && mapChange(writer, line, origin)) return () => undefined;
  if (event === 'process' && mapProcess(writer, line)) return () => undefined;
  setPlain(writer, level);
  return setMessage;
}

const setIds: LineBind = (writer, line) => {
  line.offer('trace_id', (text) => writer.hex(SLOT.trace_id, text));
  line.offer('span_id', (text) => writer.hex(SLOT.span_id, text));
  writer.longText(SLOT.request_id, line.text('request_id'));
  writer.longText(SLOT.user_id, line.text('user_id'));
  writer.longText(SLOT.job_id, line.text('job_id'));
};

const setMessage: LineBind = (writer, line) => writer.longText(SLOT.message, line.text('msg') ?? '');

/** An ordinary line → Base Event; from level error on → 6008 Application Error. */
export function setPlain(writer: RowWriter, level: string | undefined): void {
  const severity = levelSeverity(level);
  const error = severity >= ERROR;
  writer.id(SLOT.event_kind, LOG);
  writer.number(SLOT.class_uid, error ? APPLICATION_ERROR : BASE);
  writer.activity(error ? 1 : 99, error ? GENERAL_ERROR : LOGGED);
  writer.number(SLOT.severity_id, severity);
  if (error) writer.number(SLOT.status_id, 2);
}
