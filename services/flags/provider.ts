import {
  OpenFeature,
  type Provider,
  type ResolutionDetails,
  StandardResolutionReasons,
} from '@openfeature/server-sdk';
import { flags } from './catalogue.ts';

/** Answers from the values that were loaded last; an unknown flag answers with the caller's default. */
export class TableProvider implements Provider {
  readonly metadata = { name: 'feature_flags table' } as const;
  readonly runsOn = 'server';
  #values = new Map<string, boolean>(flags.map(({ flag, value }) => [flag, value]));

  /** Takes the new values in one step and returns the names of those that changed. */
  replace(values: ReadonlyMap<string, boolean>): string[] {
    const changed = [...values]
      .filter(([flag, value]) => this.#values.get(flag) !== value)
      .map(([flag]) => flag);
    this.#values = new Map(values);
    return changed;
  }

  async resolveBooleanEvaluation(flag: string, fallback: boolean): Promise<ResolutionDetails<boolean>> {
    const value = this.#values.get(flag);
    if (value === undefined) return { value: fallback, reason: StandardResolutionReasons.DEFAULT };
    return { value, reason: StandardResolutionReasons.CACHED };
  }

  async resolveStringEvaluation(_flag: string, fallback: string): Promise<ResolutionDetails<string>> {
    return { value: fallback, reason: StandardResolutionReasons.DEFAULT };
  }

  async resolveNumberEvaluation(_flag: string, fallback: number): Promise<ResolutionDetails<number>> {
    return { value: fallback, reason: StandardResolutionReasons.DEFAULT };
  }

  async resolveObjectEvaluation<T>(_flag: string, fallback: T): Promise<ResolutionDetails<T>> {
    return { value: fallback, reason: StandardResolutionReasons.DEFAULT };
  }
}

/** Whether `flag` is on in this process, now. */
export function flagIsOn(flag: (typeof flags)[number]['flag']): Promise<boolean> {
  return OpenFeature.getClient().getBooleanValue(flag, false);
}
