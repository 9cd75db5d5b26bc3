/** What a container is given, as text by field, in the same words whoever runs it; a field that is not there is not set. */
export type Fields = Readonly<Record<string, string>>;

/** A container, by the component that it runs. */
export type FieldsByComponent = ReadonlyMap<string, Fields>;

/** Values that differ from stack to stack, by what they are called: a text that has one of them says `{name}` instead. */
export const unnamed = (text: string, secrets: Readonly<Record<string, string>>): string =>
  Object.entries(secrets).reduce((all, [name, value]) => all.replaceAll(value, `{${name}}`), text);

export const yesOrNo = (value: unknown): string => (value === true ? 'yes' : 'no');

/** Options of a mount in memory, whose order says nothing. */
export const mount = (options: readonly string[]): string => [...options].sort().join(',');

/** Without what is not set. */
export const fieldsOf = (fields: Readonly<Record<string, string | undefined>>): Fields =>
  Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
