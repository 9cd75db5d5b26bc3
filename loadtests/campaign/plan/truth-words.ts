import { SCENARIOS } from './catalogue.ts';

/** Ordinary words of operations, which a log line may have; with its number even such a name tells. */
const ORDINARY = ['restart', 'scale-out', 'flag-on'];

/** Words of the campaign itself. */
const CAMPAIGN_WORDS = ['campaign', 'time_scale', 'plan_hash'];

/**
 * Words of the catalogue and of the campaign that telemetry must not have, for the leak gate: scripts' names, with and
 * without number, and kinds. A separator in one stands for any.
 */
export function truthWords(): string[] {
  const words = SCENARIOS.flatMap(({ name, kind }) => {
    const bare = name.replace(/^\d+-/, '');
    const plain = [bare, kind.replaceAll('_', '-')].filter((word) => !ORDINARY.includes(word));
    return [name, ...plain];
  });
  return [...new Set([...words, ...CAMPAIGN_WORDS])];
}
