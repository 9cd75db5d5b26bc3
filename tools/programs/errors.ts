/** Errors of programs and python. `code` is stable; the text says what was looked for, what was found, what to do. */
export class ProgramError extends Error {
  readonly code: ProgramErrorCode;
  constructor(code: ProgramErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ProgramError';
    this.code = code;
  }
}

export type ProgramErrorCode =
  /** neither on PATH nor in the cache, and no way here to make it; the text says what to install */
  | 'PROGRAM_MISSING'
  /** the build or the unpacking failed; the text ends with the last lines of its output */
  | 'PROGRAM_BUILD_FAILED'
  /** another process has held the lock for longer than any build takes */
  | 'PROGRAM_LOCK_TIMEOUT'
  /** no suitable python3, or its venv module is missing */
  | 'PYTHON_MISSING';

/** Last lines of a failed command's output, indented for an error text. */
export function outputTail(output: string, lines = 12): string {
  return output
    .trimEnd()
    .split('\n')
    .slice(-lines)
    .map((line) => `    ${line}`)
    .join('\n');
}
