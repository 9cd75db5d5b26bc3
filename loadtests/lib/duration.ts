const MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** `90s`, `1h30m`, `1500ms` from 1 s to 24 h, in milliseconds. Throws an Error that names the variable. */
export function readDuration({ name, text }: { name: string; text: string }): number {
  const whole = /^(\d+(ms|[smh]))+$/.test(text);
  const parts = whole ? (text.match(/\d+(ms|[smh])/g) ?? []) : [];
  const total = parts.reduce((sum, part) => {
    const unit = part.replace(/\d+/, '');
    return sum + Number(part.slice(0, -unit.length)) * (MS[unit] ?? 0);
  }, 0);
  if (total < 1_000 || total > 86_400_000) {
    throw new Error(`${name} must be 1s to 24h, such as 90s or 1h30m, got "${text}"`);
  }
  return total;
}
