/** Every error that the storefront raises by itself: code, HTTP status (where it can reach a client), and text. */
export const errorCatalogue = {
  CONFIG_INVALID: { status: 500, text: (problems: string[]) => `configuration: ${problems.join('; ')}` },
  UNAUTHENTICATED: { status: 401, text: (what: string) => what },
  FORBIDDEN_HOST: { status: 403, text: (host: string) => `host ${JSON.stringify(host)} is not served here` },
  NOT_FOUND: { status: 404, text: (what: string) => `${what} does not exist` },
  OUT_OF_STOCK: {
    status: 409,
    text: (product: number, asked: number, stock: number) =>
      `product ${product} has ${stock} left, asked for ${asked}`,
  },
  UNKNOWN_PRODUCT: { status: 422, text: (product: number) => `product ${product} does not exist` },
  CHANGE_REFUSED: { status: 422, text: (why: string) => why },
  CHANGE_FAILED: { status: 500, text: (why: string) => `${why}; it was taken back` },
  CHANGE_LEFT: {
    status: 500,
    text: (why: string, left: string) => `${why}; it could not be taken back: ${left}`,
  },
  AUTH_UNAVAILABLE: { status: 503, text: (why: string) => `auth-service did not answer: ${why}` },
  DATABASE_UNAVAILABLE: { status: 503, text: (why: string) => `database did not answer: ${why}` },
  SESSIONS_UNAVAILABLE: { status: 503, text: (why: string) => `session store did not answer: ${why}` },
  QUEUE_UNAVAILABLE: { status: 503, text: (why: string) => `payment queue did not answer: ${why}` },
  NOT_READY: { status: 503, text: (names: string[]) => `not ready: ${names.join(', ')}` },
  PAYMENT_PROCESSING: { status: 500, text: (code: string) => `payment gateway answered ${code}` },
  PAYMENT_JOB_INVALID: { status: 500, text: (why: string) => `payment job is malformed: ${why}` },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;
type Arguments<C extends ErrorCode> = Parameters<(typeof errorCatalogue)[C]['text']>;

/** An error from the catalogue. `statusCode` is what Fastify answers with. */
export class StorefrontError extends Error {
  readonly code: ErrorCode;
  readonly statusCode: number;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorefrontError';
    this.code = code;
    this.statusCode = errorCatalogue[code].status;
  }
}

/** Builds the error `code` with its text; `cause` keeps what led to it. */
export function storefrontError<C extends ErrorCode>(
  code: C,
  args: Arguments<C>,
  options?: ErrorOptions,
): StorefrontError {
  const text = errorCatalogue[code].text as (...parts: Arguments<C>) => string;
  return new StorefrontError(code, text(...args), options);
}

/** What an unknown thrown value says, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  const cause = error.cause instanceof Error ? reasonOf(error.cause) : undefined;
  return [error.message || code || error.name, cause].filter(Boolean).join(': ');
}
