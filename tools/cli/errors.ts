/** Everything that the command line itself can refuse; the workspaces bring errors of their own, with a `code` too. */
export class CliError extends Error {
  readonly code: keyof typeof EXIT;
  constructor(code: keyof typeof EXIT, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CliError';
    this.code = code;
  }
}

const EXIT = {
  INTERRUPTED: 130,
  DATA_EXISTS: 2,
  OPTION_INVALID: 2,
  ENVIRONMENT_INCOMPLETE: 2,
  STACK_NOT_FOUND: 1,
  FOLDER_NOT_FOUND: 1,
  NOT_COMPARED: 1,
  RUN_NOT_SOUND: 3,
  NOT_REVERTED: 1,
  TRAFFIC_FAILED: 1,
  DRAIN_TIMEOUT: 1,
} as const;

/** Exit code for an error that ended a command. */
export function exitCodeOf(error: unknown): number {
  const code = codeOf(error);
  if (code === undefined) return 1;
  if (code in EXIT) return EXIT[code as keyof typeof EXIT];
  return code.startsWith('INVALID_') || code.endsWith('_TAKEN') ? 2 : 1;
}

/** What is printed of an error; its causes follow, since they name the address or file that failed. */
export function describe(error: unknown): { code: string; message: string } {
  const parts: string[] = [];
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const text = at.message || codeOf(at) || at.name;
    if (!parts.some((part) => part.includes(text))) parts.push(text);
  }
  return { code: codeOf(error) ?? 'INTERNAL', message: parts.join('\n  because: ') || String(error) };
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
