import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InvalidArgumentError } from 'commander';

const folder = new URL('../../loadtests/scenarios/', import.meta.url);

/** A campaign's plan comes with its command: see `run --campaign`. */
const CAMPAIGN = '20-campaign';

/** Names of the scripts that can be run alone, in reading order. */
export const scenarioNames = (): string[] =>
  readdirSync(folder)
    .filter((name) => /^\d\d-[a-z0-9-]+\.ts$/.test(name))
    .map((name) => name.slice(0, -'.ts'.length))
    .filter((name) => name !== CAMPAIGN)
    .sort();

export const scenarioScript = (name: string) => fileURLToPath(new URL(`${name}.ts`, folder));

export function parseScenario(text: string): string {
  const names = scenarioNames();
  if (!names.includes(text))
    throw new InvalidArgumentError(`a scenario is one of ${names.join(', ')}, got "${text}".`);
  return text;
}
