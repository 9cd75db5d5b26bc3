/** The key's namespace: `user:v1:42` → `user:v1:?`. BullMQ's keys end in a job id or a fixed word, short either way. */
function keyShape(key: unknown): string {
  return String(key).replace(/:[^:]*$/, ':?');
}

/**
 * A redis command as `db.query.text`: its name and the shape of its first key, never values, tokens or whole keys.
 * Scripts are named by the key that they work on, since their text is a hash.
 */
export function redisStatement(name: string, args: readonly unknown[]): string {
  if (args.length === 0) return name;
  if (name === 'evalsha' || name === 'eval') {
    return args.length > 2 && Number(args[1]) > 0 ? `${name} ? ${keyShape(args[2])}` : `${name} ?`;
  }
  return args.length === 1 ? `${name} ${keyShape(args[0])}` : `${name} ${keyShape(args[0])} ?`;
}
