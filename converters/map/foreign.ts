/** What could be read of a line that is not ours. */
export interface ForeignLine {
  /** Epoch ms; undefined where the line says none. */
  readonly time: number | undefined;
  readonly level: string | undefined;
  readonly message: string;
  readonly rest?: string | undefined;
}

// log_line_prefix '%m [%p] %q%u@%d ' with log_timezone UTC:
// 2026-11-24 07:54:33.123 UTC [4711] storefront@storefront ERROR:  duplicate key value …
const POSTGRES =
  /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}\.\d{3}) (?:UTC|GMT) \[(\d+)\] (?:(\S+)@(\S+) )?([A-Z]+\d?): {1,2}(.*)$/s;
// 4711:M 24 Nov 2026 07:54:33.123 * Ready to accept connections tcp          (Redis and Valkey; time zone UTC)
const REDIS = /^(\d+):([XCSM]) (\d{2}) ([A-Z][a-z]{2}) (\d{4}) (\d{2}:\d{2}:\d{2}\.\d{3}) ([.\-*#]) (.*)$/s;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const REDIS_LEVELS: Readonly<Record<string, string>> = {
  '.': 'debug',
  '-': 'verbose',
  '*': 'notice',
  '#': 'warning',
};
/** Severities of elog.c; what explains a message (DETAIL, STATEMENT …) counts as info. */
const POSTGRES_LEVELS: Readonly<Record<string, string>> = {
  DEBUG1: 'debug',
  DEBUG2: 'debug',
  DEBUG3: 'debug',
  DEBUG4: 'debug',
  DEBUG5: 'debug',
  NOTICE: 'notice',
  WARNING: 'warning',
  ERROR: 'error',
  FATAL: 'fatal',
  PANIC: 'panic',
};

/** Postgres and redis lines; undefined where it is neither. */
export function parseForeign(body: string): ForeignLine | undefined {
  const postgres = POSTGRES.exec(body);
  if (postgres) {
    const [, date, clock, pid, user, database, level, message] = postgres as unknown as string[];
    const fields = user === undefined ? { pid: Number(pid) } : { database, pid: Number(pid), user };
    return known(
      Date.parse(`${date}T${clock}Z`),
      POSTGRES_LEVELS[level as string] ?? 'info',
      message as string,
      fields,
    );
  }
  const redis = REDIS.exec(body);
  if (redis) {
    const [, pid, role, day, month, year, clock, level, message] = redis as unknown as string[];
    const at = String(MONTHS.indexOf(month as string) + 1).padStart(2, '0');
    const time = Date.parse(`${year}-${at}-${day}T${clock}Z`);
    return known(time, REDIS_LEVELS[level as string] as string, message as string, {
      pid: Number(pid),
      role,
    });
  }
  return undefined;
}

function known(time: number, level: string, message: string, fields: object): ForeignLine | undefined {
  return time > 1e12 && time < 1e14 ? { time, level, message, rest: JSON.stringify(fields) } : undefined;
}
