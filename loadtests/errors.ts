/** An error of starting a load that the caller can mend. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly code: string;

  constructor({ code, text, cause }: { code: string; text: string; cause?: unknown }) {
    super(text, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

/** Every error of launching a load, on one page; those of the runner are in runner/errors.ts. */
export const errors = {
  scriptMissing: (path: string, cause: unknown) =>
    new LoadError({ code: 'SCRIPT_MISSING', text: `script must be a readable file, got "${path}"`, cause }),
  k6Missing: () =>
    new LoadError({
      code: 'K6_MISSING',
      text: 'runner "k6" needs k6 1.0 or later on PATH: see https://grafana.com/docs/k6/latest/set-up/install-k6, or use runner "node"',
    }),
  k6TooOld: (version: string) =>
    new LoadError({
      code: 'K6_TOO_OLD',
      text: `k6 on PATH must be 1.0 or later, got ${version}: update it, or use runner "node"`,
    }),
  targetRefused: (cause: Error) => new LoadError({ code: 'TARGET_REFUSED', text: cause.message, cause }),
  notStarted: (program: string, cause: Error) =>
    new LoadError({ code: 'NOT_STARTED', text: `${program} did not start: ${cause.message}`, cause }),
};
