import { flags } from '../../services/flags/catalogue.ts';
import type { Limits, Target } from '../target.ts';
import type { ComponentName } from '../topology/component.ts';
import { parseTargetChange } from './change-request.ts';

export type Body = Readonly<Record<string, unknown>>;
type Versions = ReturnType<Target['versions']>;

/** Something that is not as it was at first, and the change that takes it back. */
export interface Difference {
  /** What it is: `feature_flag pricing_v2`, `release web-api`. */
  readonly thing: string;
  readonly request: Body;
  /** False when the answer to a change never came, or was an error: it may have taken effect. */
  readonly certain: boolean;
}

interface Known extends Difference {
  /** How it was before the first change, to compare with. */
  readonly first: string | number | boolean;
}

/**
 * What changes have made of the stack, against how it was before the first of them: a flag's value, a service's release and
 * replicas, a migration's state, variables and limits. Restarts and flushes leave nothing to take back.
 */
export class Differences {
  /** By thing, the one that was changed last at the end. */
  readonly #known = new Map<string, Known>();
  readonly #limitsOf: (service: ComponentName) => Limits;

  /** @param limitsOf limits of a service before any change */
  constructor(limitsOf: (service: ComponentName) => Limits) {
    this.#limitsOf = limitsOf;
  }

  /** Newest first. */
  get all(): readonly Difference[] {
    return [...this.#known.values()].toReversed();
  }

  forget(thing: string): void {
    this.#known.delete(thing);
  }

  /** Takes note of a change: what was asked for, what was answered (undefined: nothing) and the versions then and now. */
  note({
    body,
    answer,
    before,
    after,
  }: {
    body: Body;
    answer: { readonly status: number; readonly body: unknown } | undefined;
    before: Versions;
    after: Versions;
  }): void {
    const status = answer?.status ?? 500;
    const told = (answer?.body ?? {}) as { readonly from?: unknown; readonly error?: unknown };
    // refused before anything was touched, or taken back by the operator itself
    if ((status >= 400 && status < 500) || told.error === 'CHANGE_FAILED') return;
    const [certain, actor] = [status === 200, body.actor];
    const by = actor === undefined ? {} : { actor };
    if (body.kind === 'feature_flag') this.#flag({ body, by, certain, from: told.from });
    else if (body.kind === 'migration') this.#migration({ body, by, certain });
    else this.#target({ body, by, certain, from: told.from, before, after });
  }

  /** How it was, by the answer; an answer that never came leaves what a stack begins with. */
  #flag({ body, by, certain, from }: { body: Body; by: Body; certain: boolean; from: unknown }): void {
    const { kind, flag, value } = body;
    const said = /=(true|false)$/.exec(String(from))?.[1];
    const was = said === undefined ? isOnAtFirst(flag) : said === 'true';
    const request = (first: unknown) => ({ kind, flag, value: first, ...by });
    this.#set({ thing: `feature_flag ${flag}`, was, is: value === true, certain, request });
  }

  #migration({ body, by, certain }: { body: Body; by: Body; certain: boolean }): void {
    const { kind, migration, direction } = body;
    const other = direction === 'up' ? 'down' : 'up';
    const request = (first: unknown) => ({ kind, migration, direction: first, ...by });
    this.#set({ thing: `migration ${migration}`, was: other, is: String(direction), certain, request });
  }

  /** A target that fails at a change brings back what ran before; its versions say whether it did. */
  #target({
    body,
    by,
    certain,
    from,
    before,
    after,
  }: {
    body: Body;
    by: Body;
    certain: boolean;
    from: unknown;
    before: Versions;
    after: Versions;
  }): void {
    const change = parseTargetChange(body);
    if (change === undefined) return;
    const { service } = change;
    if (change.kind === 'deployment' || change.kind === 'rollback') {
      const [was, is] = [before[service] ?? '', after[service] ?? ''];
      // One deployment is rolled back; where there were several, the history has the first release too far down.
      const isOne = change.kind === 'deployment' && !this.#known.has(`release ${service}`);
      const back = (first: unknown) =>
        isOne ? { kind: 'rollback', service, ...by } : { kind: 'deployment', service, release: first, ...by };
      this.#set({ thing: `release ${service}`, was, is, certain: true, request: back });
    }
    if (change.kind === 'scaling' && certain)
      this.#set({
        ...{ thing: `replicas ${service}`, was: Number(from), is: change.replicas, certain },
        request: (first) => ({ kind: 'scaling', service, replicas: first, ...by }),
      });
    if (change.kind === 'config' && certain) this.#config({ by, ...change });
  }

  /** A variable counts as not set before, a limit as the stack was made with. */
  #config({
    service,
    by,
    env,
    limits,
  }: {
    service: ComponentName;
    by: Body;
    env: Readonly<Record<string, string | null>>;
    limits: object;
  }): void {
    const own: Readonly<Record<string, unknown>> = { ...this.#limitsOf(service) };
    for (const [name, value] of Object.entries(env))
      this.#set({
        ...{ thing: `variable ${name} of ${service}`, was: '', is: value ?? '', certain: true },
        request: () => ({ kind: 'config', service, env: { [name]: null }, ...by }),
      });
    for (const [name, value] of Object.entries(limits)) {
      const was = Number(own[name] ?? value);
      this.#set({
        ...{ thing: `limit ${name} of ${service}`, was, is: Number(value), certain: true },
        request: (first) => ({ kind: 'config', service, limits: { [name]: first }, ...by }),
      });
    }
  }

  #set({
    thing,
    was,
    is,
    certain,
    request,
  }: {
    thing: string;
    was: Known['first'];
    is: Known['first'];
    certain: boolean;
    request: (first: Known['first']) => Body;
  }): void {
    const first = this.#known.get(thing)?.first ?? was;
    const known = this.#known.get(thing);
    if (!certain && known) return; // it differed already; the next change tells
    this.#known.delete(thing);
    if (is !== first) this.#known.set(thing, { thing, first, certain, request: request(first) });
  }
}

const isOnAtFirst = (name: unknown): boolean => flags.find(({ flag }) => flag === name)?.value ?? false;
