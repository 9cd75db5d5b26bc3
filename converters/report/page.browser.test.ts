import assert from 'node:assert/strict';
import { test } from 'node:test';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { openBrowser, show, type View } from './browser.test-world.ts';
import { ABOUT, tinyContent, writeContent } from './report.test-world.ts';
import { writeReport } from './report.ts';

const VIEWS: readonly View[] = [
  { width: 1280, scheme: 'light' },
  { width: 1280, scheme: 'dark' },
  { width: 360, scheme: 'light' },
  { width: 360, scheme: 'dark' },
];

/** Marks that are to be seen: `[class of the mark, how many]` of each drawing, by its element. */
const marksOf = (page: Page, selector: string): Promise<number[]> =>
  page.evaluate(`[...document.querySelectorAll(${JSON.stringify(`${selector} svg`)})]
    .filter((svg) => svg.checkVisibility() && svg.getBoundingClientRect().height > 0)
    .map((svg) => svg.querySelectorAll('.mark > *, path.mark, .mark path, .mark rect').length)`);

test('the report in a browser: nothing leaves the page, everything is drawn, and it fits', async (t) => {
  const browser = await openBrowser(t);
  if (!browser) return;
  const { dir, close } = await writeContent(tinyContent());
  t.after(close);
  const { path } = await writeReport({ dir, about: ABOUT, everything: true });
  for (const view of VIEWS)
    await t.test(`${view.width} px, ${view.scheme}`, async () => {
      const { page, complaints, requests } = await show(browser, path, view);
      // 3 deployments, flags, a process that died; 2 cases and an impact; 5 kinds of calls; spans of three requests; …
      const drawings = {
        '#changes': 4,
        '#truth': 3,
        '#service-map': 5,
        '#templates': 5,
        '#class-counts': 6,
        '#scores': 1,
      };
      for (const [id, marks] of Object.entries(drawings))
        assert.deepEqual(await marksOf(page, id), [marks], id);
      const requestsDrawn = await marksOf(page, '#requests');
      assert.deepEqual(requestsDrawn, [5, 5, 5]);
      const levels = await marksOf(page, '#levels');
      assert.deepEqual(levels, [2, 1, 1, 1]);
      const panels = await marksOf(page, '#golden');
      assert.ok(panels.length >= 10, `${panels.length} panels`);
      assert.equal(
        await page.evaluate('document.documentElement.scrollWidth <= window.innerWidth'),
        true,
        'no scrolling to the side',
      );
      await page.evaluate(axe.source);
      await page.evaluate('document.querySelectorAll("details").forEach((one) => { one.open = true; })');
      const found = await page.evaluate('axe.run(document, { resultTypes: ["violations"] })');
      const { violations } = found as {
        violations: { id: string; impact: string; nodes: { html: string }[] }[];
      };
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(
        grave.map(({ id, nodes }) => [id, nodes.slice(0, 3).map((node) => node.html)]),
        [],
      );
      assert.deepEqual([complaints, requests], [[], []]);
      await page.close();
    });
});

test('the buttons: the ground truth can be hidden, the colours changed, by keyboard too', async (t) => {
  const browser = await openBrowser(t);
  if (!browser) return;
  const { dir, close } = await writeContent(tinyContent());
  t.after(close);
  const { path } = await writeReport({ dir, about: ABOUT, everything: true });
  const { page, complaints } = await show(browser, path, { width: 1280, scheme: 'light' });
  const truthShown = () =>
    page.evaluate(
      '[...document.querySelectorAll(".truth")].filter((one) => one.getClientRects().length > 0).length',
    );
  const background = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
  const truth = page.getByRole('button', { name: 'Ground truth' });
  assert.equal(await truth.getAttribute('aria-pressed'), 'true');
  const all = Number(await truthShown());
  assert.ok(all > 10, `${all} parts of the page show the ground truth`);
  await truth.click();
  assert.deepEqual([await truthShown(), await truth.getAttribute('aria-pressed')], [0, 'false']);
  await truth.press('Enter');
  assert.equal(await truthShown(), all);

  const dark = page.getByRole('button', { name: 'Dark' });
  const light = await background();
  await dark.press('Space');
  assert.notEqual(await background(), light);
  assert.equal(await dark.getAttribute('aria-pressed'), 'true');
  await dark.press('Space');
  assert.equal(await background(), light);

  await page.evaluate('window.scrollTo(0, 0)');
  const fold = page.locator('summary').first();
  await fold.press('Enter');
  assert.equal(await page.evaluate('document.querySelector("details").open'), true);
  assert.deepEqual(complaints, []);
});

const HOSTILE = [
  '</script><script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '"><svg onload=alert(3)>',
  '</style></title></svg><a href="javascript:alert(4)">',
  "'\u0000\u0007\ud800\u2028`alert(5)`",
] as const;

test('whatever stands in telemetry is text', async (t) => {
  const browser = await openBrowser(t);
  if (!browser) return;
  const content = tinyContent();
  const of = (i: number) => HOSTILE[i % HOSTILE.length] as string;
  content.traces = content.traces.map((row, i) => ({
    ...row,
    ...{
      service: of(i),
      span_name: of(i + 1),
      endpoint: of(i + 2),
      http_method: of(i + 3),
      db_system: of(i + 4),
    },
    ...{ queue: of(i), peer_service: of(i + 1) },
  }));
  content.logs = content.logs.map((row, i) => ({
    ...row,
    service: of(i),
    level: of(i + 1),
    message: of(i + 2),
  }));
  content.metrics = content.metrics.map((row, i) => ({ ...row, service: of(i) }));
  content.changes = content.changes.map((row, i) => ({
    ...row,
    ...{
      service: of(i),
      change_kind: of(i),
      change_from: of(i + 1),
      change_to: of(i + 2),
      change_actor: of(i + 3),
    },
  }));
  content.windows = (content.windows ?? []).map((row, i) => ({
    ...{ ...row, scenario: of(i), affected_services: JSON.stringify(HOSTILE) },
  }));
  const auc = { features: 'all', onset: { roc_auc: 0.7 } };
  content.detectors = { per_scenario: { [of(0)]: { detectors: HOSTILE.map((name) => ({ name, ...auc })) } } };
  const check = { ok: false, gate: true };
  content.quality = {
    ...{ sound: false, campaign: of(1), traffic: { command: of(2) } },
    checks: HOSTILE.map((name) => ({ ...check, name, title: name, figure: name, limit: name })),
    conservation: { sent: 1, unanswered: { count: 0 } },
  };
  const { dir, close } = await writeContent(content);
  t.after(close);
  const about = { ...ABOUT, target: of(0), versions: { [of(1)]: of(2) } };
  const { path } = await writeReport({ dir, about, everything: true });
  const { page, complaints, requests } = await show(browser, path, { width: 1280, scheme: 'light' });
  const counts = await page.evaluate(`[
    document.querySelectorAll('script').length,
    document.querySelectorAll('img, iframe, object, embed, form, base').length,
    document.querySelectorAll('[href^="javascript"]').length,
    [...document.querySelectorAll('*')].filter((one) => one.getAttributeNames().some((name) => name === 'style' || name.startsWith('on'))).length,
  ]`);
  assert.deepEqual(counts, [1, 0, 0, 0]);
  assert.deepEqual([complaints, requests], [[], []]);
  const text = String(await page.evaluate('document.body.textContent'));
  for (const hostile of HOSTILE.slice(0, 4)) assert.ok(text.includes(hostile), hostile);
});
