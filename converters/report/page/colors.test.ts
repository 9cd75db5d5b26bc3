import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

const css = readFileSync(new URL('page.css', import.meta.url), 'utf8');

/** The colours of each theme, by name; both definitions of the dark one. */
const themes = [...css.matchAll(/color-scheme: (light|dark);([^}]*)/g)].map(([, scheme, body = '']) => ({
  scheme,
  colors: Object.fromEntries(
    [...body.matchAll(/--(\w+): (#[0-9a-f]{6})/g)].map(([, name, hex]) => [name, hex]),
  ),
}));

/** WCAG 2.2, relative luminance. */
function luminance(hex = '#000000'): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string | undefined, b: string | undefined): number {
  const [darker = 0, lighter = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (lighter + 0.05) / (darker + 0.05);
}

test('every colour that text may have can be read on the page and on panels, in light and dark', () => {
  assert.deepEqual(
    themes.map(({ scheme }) => scheme),
    ['light', 'dark', 'dark'],
  );
  assert.deepEqual(themes[1]?.colors, themes[2]?.colors);
  for (const { scheme, colors } of themes)
    for (const ground of ['page', 'panel'])
      for (const name of ['text', 'faint', 'blue', 'sky', 'orange', 'red', 'green', 'purple']) {
        const ratio = contrast(colors[name], colors[ground]);
        assert.ok(
          ratio >= 4.5,
          `${name} on ${ground}, ${scheme}: ${ratio.toFixed(2)} : 1, must be 4.5 : 1 or more`,
        );
      }
});
