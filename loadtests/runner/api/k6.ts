import type * as official from '../../../node_modules/@types/k6/index.d.ts';
import { requireVu } from '../engine/vu.ts';
import { closed } from './closed.ts';

/** Runs named tests on a value, one sample of `checks` each. A test that throws counts as failed and throws on. */
export function check<VT>(value: VT, sets: official.Checkers<VT>, tags: object = {}): boolean {
  const vu = requireVu('check');
  let passed = true;
  for (const [name, test] of Object.entries(sets)) {
    let ok = false;
    try {
      ok = Boolean(test(value));
    } finally {
      const own = Object.fromEntries(Object.entries(tags).map(([key, tag]) => [key, String(tag)]));
      vu.test.recordCheck({ name, ok });
      vu.emit({ metric: 'checks', value: ok ? 1 : 0, tags: { ...vu.currentTags(), ...own, check: name } });
    }
    passed &&= ok;
  }
  return passed;
}

/** Ends the iteration with an error, which is printed. */
export function fail(message?: string): never {
  throw new Error(message);
}

const offered = { check, fail } satisfies Pick<typeof official, 'check' | 'fail'>;

export default closed('k6', offered);
