import { InfraError } from '../errors.ts';
import type { Target } from '../target.ts';
import { componentOf } from '../topology.ts';
import { applyChange } from './changes.ts';
import { type Body, type Difference, Differences } from './differences.ts';
import type { Answer } from './operator.ts';

/** What came of taking everything back; each part was asked for like any other change, and is a change event too. */
export interface Reverted {
  readonly reverted: readonly { readonly thing: string; readonly request: Body }[];
  readonly failed: readonly {
    readonly thing: string;
    readonly request: Body;
    readonly error: string;
    readonly message: string;
  }[];
}

/** Changes to a target, with the memory of how it was; of one that was found, as far as it tells what was changed before. */
export class RevertibleChanges {
  readonly #target: Target;
  readonly #differences: Differences;
  readonly #underWay = new Set<Promise<unknown>>();
  #reverting: Promise<Reverted> | undefined;
  #hasRecalled = false;

  constructor(target: Target) {
    this.#target = target;
    this.#differences = new Differences((service) => target.limits?.(service) ?? componentOf(service).limits);
  }

  /** @throws what applyChange does */
  apply(body: Body): Promise<Answer> {
    const change = this.#apply(body);
    this.#underWay.add(change);
    const done = () => this.#underWay.delete(change);
    change.then(done, done);
    return change;
  }

  /**
   * Takes back whatever is not as it was before the first change, the newest first; what fails does not keep the rest from
   * being tried. Changes that are under way are waited for. May be called any number of times, also at once.
   */
  revertAll(): Promise<Reverted> {
    this.#reverting ??= this.#revertAll().finally(() => {
      this.#reverting = undefined;
    });
    return this.#reverting;
  }

  async #revertAll(): Promise<Reverted> {
    await Promise.allSettled(this.#underWay);
    this.#recall();
    const reverted: Reverted['reverted'][number][] = [];
    const failed: Reverted['failed'][number][] = [];
    for (const difference of this.#differences.all) {
      const { thing, request } = difference;
      const result = await this.#takeBack(difference);
      if (result === 'done') reverted.push({ thing, request });
      else if (result !== 'was nothing') failed.push({ thing, request, ...result });
    }
    return { reverted, failed };
  }

  async #takeBack({
    thing,
    request,
    certain,
  }: Difference): Promise<'done' | 'was nothing' | { readonly error: string; readonly message: string }> {
    const { status, body } = await this.#apply(request).catch((error: unknown): Answer => {
      const { code = 'INTERNAL', message } = error as Error & { code?: string };
      return { status: error instanceof InfraError ? 400 : 500, body: { error: code, message } };
    });
    if (status === 200) return 'done';
    const { error = String(status), message = '' } = (body ?? {}) as { error?: string; message?: string };
    if (certain || status >= 500 || error === 'OPERATOR_AWAY') return { error, message };
    this.#differences.forget(thing); // refused, for it had never taken effect
    return 'was nothing';
  }

  /** Once the target has started. */
  #recall(): void {
    if (this.#hasRecalled) return;
    this.#hasRecalled = true;
    for (const { body, from, to } of this.#target.inEffect?.() ?? []) {
      const [before, after] = [{ [body.service]: from }, { [body.service]: to }];
      this.#differences.note({ body, answer: { status: 200, body: {} }, before, after });
    }
  }

  async #apply(body: Body): Promise<Answer> {
    const before = this.#target.versions();
    this.#recall();
    let answer: Answer | undefined;
    try {
      answer = await applyChange(this.#target, body);
      return answer;
    } catch (error) {
      // Refused before anything was touched; but an operator that went away may have done it.
      if (error instanceof InfraError && error.code !== 'OPERATOR_AWAY')
        answer = { status: 400, body: undefined };
      throw error;
    } finally {
      this.#differences.note({ body, answer, before, after: this.#target.versions() });
    }
  }
}
