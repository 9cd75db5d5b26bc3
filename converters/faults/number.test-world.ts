/** How often: by default few enough for every push; more where the environment says so, as it does for the figures in docs/reliability.md. */
export function numberOf(variable: string, fallback: number): number {
  const said = process.env[variable];
  if (said === undefined) return fallback;
  if (!/^[1-9]\d{0,6}$/.test(said))
    throw new Error(`${variable} must be a whole number from 1, got "${said}"`);
  return Number(said);
}
