import { OCSF_VERSION, SEVERITY, STATUS } from './common.ts';
import { ocsfSchemas } from './schemas.ts';
import { validatorOf } from './validators.ts';

type Json = Readonly<Record<string, unknown>>;

/**
 * What is wrong with an event, each in a line; nothing where it is valid OCSF 1.8.0. The JSON Schema of its class and
 * profiles, and five rules that JSON Schema cannot say.
 */
export function problems(event: Json): string[] {
  const found: string[] = [];
  const classUid = event.class_uid;
  if (typeof classUid !== 'number') return [`class_uid must be a number, got ${String(classUid)}`];
  const metadata = (event.metadata ?? {}) as Json;
  const known = ocsfSchemas().classes[String(classUid)];
  const profiles = Array.isArray(metadata.profiles) ? (metadata.profiles as unknown[]) : [];
  const unknown = profiles.filter((profile) => !known?.profiles.includes(profile as string));
  if (unknown.length > 0)
    found.push(`metadata.profiles of class ${classUid} may hold ${known?.profiles}, got ${unknown}`);
  if (metadata.version !== OCSF_VERSION)
    found.push(`metadata.version must be ${OCSF_VERSION}, got ${String(metadata.version)}`);
  const typeUid = classUid * 100 + Number(event.activity_id);
  if (event.type_uid !== typeUid)
    found.push(`type_uid must be class_uid * 100 + activity_id = ${typeUid}, got ${String(event.type_uid)}`);
  const time = event.time;
  if (!(Number.isInteger(time) && (time as number) > 1e12 && (time as number) < 1e14))
    found.push(`time must be epoch ms, got ${String(time)}`);
  for (const [name, captions] of [
    ['severity', SEVERITY],
    ['status', STATUS],
  ] as const) {
    const caption = event[name];
    const right = captions[Number(event[`${name}_id`])];
    if (caption !== undefined && right !== undefined && caption !== right)
      found.push(`${name} must be ${right}, got ${String(caption)}`);
  }
  const validate = validatorOf(classUid);
  if (!validate) found.push(`class_uid ${classUid} is none that we emit`);
  else if (!validate(event)) {
    for (const error of validate.errors ?? []) {
      found.push(`${error.instancePath || '(event)'} ${error.message} ${JSON.stringify(error.params)}`);
    }
  }
  return found;
}
