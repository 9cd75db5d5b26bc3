import { ATTR } from '../read/names.ts';
import type { SpanRecord } from '../read/span.ts';
import type { Origin } from '../read/walk.ts';
import { type RowWriter, setUser, spanOutcome, text } from './mapper.ts';
import { SLOT } from './slots.ts';

const AUTHENTICATION = 3002;
const LOGIN = text('auth.login');
const VALIDATE = text('auth.validate');
const LOGON = text('Logon');
const VALIDATE_TOKEN = text('Validate Token');
const PROTOCOL = text('password+session');
const FAILURE = text('failure');
const UNKNOWN_USER = text('unknown');

/** `auth.login` and `auth.validate` → OCSF 3002. A refused login is a Failure of Low severity, whatever the span's status. */
export function mapAuth(
  writer: RowWriter,
  span: SpanRecord,
  origin: Origin,
  time: number,
  name: string,
): void {
  const { attributes } = span;
  const login = name === 'auth.login';
  writer.begin(login ? LOGIN : VALIDATE, AUTHENTICATION, origin, time);
  if (login) writer.activity(1, LOGON);
  else writer.activity(99, VALIDATE_TOKEN);
  spanOutcome(writer, span);
  if (attributes.text(ATTR['auth.outcome']) === FAILURE) writer.outcome(span.status === 2 ? 4 : 2, 2);
  writer.id(SLOT.status_detail, attributes.text(ATTR['auth.reason']));
  writer.own(setUser);
  // OCSF: a user has a name, an account or a uid.
  if (!attributes.has(ATTR['user.id'])) writer.id(SLOT.actor_user, UNKNOWN_USER);
  writer.id(SLOT.auth_protocol, PROTOCOL);
  writer.id(SLOT.dst_service, origin.service);
  writer.id(SLOT.operation, span.name);
  writer.id(SLOT.message, span.name);
}
