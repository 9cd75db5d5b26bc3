import { invalidSelector } from './errors.ts';

/**
 * A series selector (PromQL, "Instant vector selectors") → that of one metric among those that it selects.
 * @throws `INVALID_SELECTOR` where it is none by its look; the server says the rest
 */
export function selectorOfOne(match: string | undefined): (name: string) => string {
  const [, , inner = ''] = match === undefined ? [] : parts(match);
  const others = inner.trim().replace(/,$/, '');
  return (name) => `{${others === '' ? '' : `${others},`}__name__=${JSON.stringify(name)}}`;
}

function parts(match: string): RegExpExecArray {
  const found = /^\s*([a-zA-Z_:][\w:]*)?\s*(?:\{(.*)\})?\s*$/s.exec(match);
  if (!found || (found[1] === undefined && found[2] === undefined)) throw invalidSelector(match);
  return found;
}
