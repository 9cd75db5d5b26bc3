type Env = Readonly<Record<string, string>>;

/** An environment with others laid over it, the last on top; an empty text takes a variable away. */
export const layered = (env: Env, ...over: readonly Env[]): Record<string, string> =>
  Object.fromEntries(
    Object.entries(Object.assign({}, env, ...over) as Env).filter(([, value]) => value !== ''),
  );
