import { PbfReader } from 'pbf';
import { Malformed, type RejectReason } from '../errors.ts';
import { Attributes } from './attributes.ts';
import { enlarged } from './enlarged.ts';
import { ATTR } from './names.ts';
import { fixed, type StringPool } from './strings.ts';
import type { Member } from './value-json.ts';
import { BYTES, enter, leave } from './wire.ts';

/** Of records whose resource has no `service.name`. */
export const UNKNOWN = fixed('unknown');
const EMPTY = fixed('');

/** Who sent the records: pool ids, -1 where not said. */
export interface Origin {
  service: number;
  version: number;
  instance: number;
  environment: number;
  /** All attributes of the resource, sorted: the resource's part of a metric point's identity. */
  identity: string;
  /**
   * Attributes of the resource besides those above. What the collector reads of a store is told apart by them: the
   * postgresql receiver names database and table there, not in its points.
   */
  rest: readonly Member[];
  /** Name of the instrumentation scope. */
  scope: number;
}

export interface Visitor {
  /** One span, log record or metric at [start, end) of `pbf.buf`; `pbf.pos` is at `start`. May throw. */
  record(pbf: PbfReader, start: number, end: number, origin: Origin): void;
  /** What lies at [start, end) cannot be read. */
  reject(reason: RejectReason, start: number, end: number, detail?: string): void;
}

/**
 * Walks an OTLP export request (or the `*Data` message of the same shape): resource blocks → scope blocks → records. Fields
 * come in any order; the collector writes the last field first, so each block is looked over for its resource before its
 * records are read. Never throws: what cannot be read goes to `reject`, and the walk goes on behind it.
 */
export function walk({
  bytes,
  pool,
  visitor,
}: {
  bytes: Uint8Array;
  pool: StringPool;
  visitor: Visitor;
}): void {
  const pbf = new PbfReader(bytes);
  const state = new Walk(pbf, pool, visitor);
  state.guarded(0, bytes.length, () => {
    for (let field = pbf.nextField(); field !== 0; field = pbf.nextField()) {
      if (field !== 1) continue;
      const end = enter(pbf, bytes.length);
      const start = pbf.pos;
      state.guarded(start, end, () => state.resourceBlock(start, end));
      pbf.pos = end;
    }
    leave(pbf, bytes.length);
  });
}

const reasonOf = (error: unknown, other: RejectReason): RejectReason =>
  error instanceof Malformed && error.reason !== 'malformed_record' ? error.reason : other;

class Walk {
  readonly #pbf: PbfReader;
  readonly #visitor: Visitor;
  readonly #attributes: Attributes;
  readonly #whole: Attributes;
  /** Where those of a scope begin and end. */
  #records = new Int32Array(1 << 10);

  constructor(pbf: PbfReader, pool: StringPool, visitor: Visitor) {
    this.#pbf = pbf;
    this.#visitor = visitor;
    this.#attributes = new Attributes(pool);
    this.#whole = new Attributes(pool);
    this.#pool = pool;
  }
  readonly #pool: StringPool;

  guarded(start: number, end: number, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.#visitor.reject(reasonOf(error, 'malformed_container'), start, end);
    }
  }

  /** `ResourceSpans`, `ResourceLogs`, `ResourceMetrics`: 1 resource, 2 scope blocks. */
  resourceBlock(start: number, end: number): void {
    const pbf = this.#pbf;
    const origin: Origin = {
      service: UNKNOWN,
      version: -1,
      instance: -1,
      environment: -1,
      identity: '{}',
      rest: [],
      scope: EMPTY,
    };
    const scopes: number[] = [];
    pbf.pos = start;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field !== 1 && field !== 2) continue;
      const stop = enter(pbf, end);
      if (field === 1) this.#resource(pbf.pos, stop, origin);
      else scopes.push(pbf.pos, stop);
      pbf.pos = stop;
    }
    leave(pbf, end);
    for (let i = 0; i < scopes.length; i += 2) {
      const from = scopes[i] as number;
      const to = scopes[i + 1] as number;
      this.guarded(from, to, () => this.#scopeBlock(from, to, origin));
    }
  }

  #resource(start: number, end: number, origin: Origin): void {
    const pbf = this.#pbf;
    this.#attributes.reset();
    this.#whole.reset();
    pbf.pos = start;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field !== 1) continue;
      const at = pbf.pos;
      this.#attributes.read(pbf, end);
      pbf.pos = at;
      pbf.type = BYTES;
      this.#whole.read(pbf, end, false);
    }
    leave(pbf, end);
    const name = this.#attributes.text(ATTR['service.name']);
    if (name >= 0) origin.service = name;
    origin.version = this.#attributes.text(ATTR['service.version']);
    origin.instance = this.#attributes.text(ATTR['service.instance.id']);
    origin.environment = this.#attributes.text(ATTR['deployment.environment.name']);
    origin.identity = this.#whole.json(pbf) ?? '{}';
    origin.rest = this.#attributes.members(pbf);
  }

  /** `ScopeSpans`, `ScopeLogs`, `ScopeMetrics`: 1 scope, 2 records. */
  #scopeBlock(start: number, end: number, origin: Origin): void {
    const pbf = this.#pbf;
    origin.scope = EMPTY;
    let count = 0;
    pbf.pos = start;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field !== 1 && field !== 2) continue;
      const stop = enter(pbf, end);
      if (field === 1) origin.scope = this.#scopeName(pbf.pos, stop);
      else count = this.#keep(count, pbf.pos, stop);
      pbf.pos = stop;
    }
    leave(pbf, end);
    for (let i = 0; i < count; i += 2) {
      const from = this.#records[i] as number;
      const to = this.#records[i + 1] as number;
      try {
        pbf.pos = from;
        this.#visitor.record(pbf, from, to, origin);
      } catch (error) {
        const detail = error instanceof Malformed ? error.detail : undefined;
        this.#visitor.reject(reasonOf(error, 'malformed_record'), from, to, detail);
      }
    }
  }

  #keep(count: number, from: number, to: number): number {
    if (count === this.#records.length) this.#records = enlarged(this.#records, 2 * count);
    this.#records[count] = from;
    this.#records[count + 1] = to;
    return count + 2;
  }

  #scopeName(start: number, end: number): number {
    const pbf = this.#pbf;
    let name = EMPTY;
    pbf.pos = start;
    for (let field = pbf.nextField(end); field !== 0; field = pbf.nextField(end)) {
      if (field !== 1) continue;
      const stop = enter(pbf, end);
      name = this.#pool.ofBytes(pbf.buf, pbf.pos, stop);
      pbf.pos = stop;
    }
    return name;
  }
}
