import { type EventCheck, type MappedObject, ObjectMapper, type ObjectToMap } from './raw-object.ts';
import type { Rows } from './rows.ts';

/** Reads and maps one unpacked raw object. */
export const mapObject = ({
  rows,
  check,
  ...object
}: ObjectToMap & { rows?: Rows; check?: EventCheck }): MappedObject =>
  new ObjectMapper({ ...(rows && { rows }), ...(check && { check }) }).map(object);
