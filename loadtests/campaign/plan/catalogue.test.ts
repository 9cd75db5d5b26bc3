import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseTargetChange } from '../../../infra/control/change-request.ts';
import { COMPONENT_NAMES } from '../../../infra/topology/component.ts';
import { changeKinds } from '../../../services/operator/change.ts';
import { SCENARIOS, scenarioOf } from './catalogue.ts';
import { plan } from './plan.ts';
import { timeline } from './timeline.ts';
import { truthWords } from './truth-words.ts';

test('scenarios are numbered from 02 in reading order, faults first', () => {
  assert.deepEqual(
    SCENARIOS.map(({ name }) => Number(/^(\d\d)-[a-z-]+$/.exec(name)?.[1])),
    SCENARIOS.map((_, i) => i + 2),
  );
  const truths = SCENARIOS.map(({ truth }) => truth);
  assert.equal(truths.lastIndexOf('fault') + 1, truths.indexOf('benign'));
  assert.equal(new Set(SCENARIOS.map(({ kind }) => kind)).size, SCENARIOS.length);
  assert.throws(() => scenarioOf('99-none'), TypeError);
});

test('a fault and its twin name each other, and change the same thing in the same way', () => {
  for (const { name, truth, twin, change, revert, indicator, affected, routes } of SCENARIOS) {
    if (truth === 'fault') assert.ok(twin && indicator && affected.length > 0, name);
    if (twin === null) continue;
    const other = scenarioOf(twin);
    assert.equal(other.twin, name);
    assert.notEqual(other.truth, truth);
    assert.equal(other.change?.kind, change?.kind, name);
    assert.equal(other.change?.service, change?.service, name);
    assert.equal(other.revert?.kind, revert?.kind, name);
    assert.deepEqual(other.routes, routes, name);
  }
});

test('what is asked of the control API is the change itself, by one actor for all', () => {
  for (const { name, change, revert } of SCENARIOS)
    for (const known of [change, revert]) {
      if (!known) continue;
      const { kind, service, from, to, request } = known;
      assert.equal(request.kind, kind, name);
      assert.equal(request.actor, 'release-manager', name);
      const parsed = parseTargetChange(request);
      if (parsed) assert.equal(parsed.service, service, name);
      if (kind === 'deployment') assert.equal(request.release, to, name);
      if (kind === 'scaling') assert.equal(String(request.replicas), to, name);
      if (kind === 'feature_flag') assert.equal(request.value, to === 'on', name);
      if (kind === 'migration') assert.equal(request.direction, to === 'applied' ? 'up' : 'down', name);
      if (kind === 'migration' || kind === 'feature_flag') assert.notEqual(from, to, name);
    }
});

test('changes are of a kind that the operator knows, to something that runs, and are taken back to what was', () => {
  for (const { name, change, revert } of SCENARIOS)
    for (const known of [change, revert]) {
      if (!known) continue;
      assert.ok((changeKinds as readonly string[]).includes(known.kind), `${name}: ${known.kind}`);
      assert.ok((COMPONENT_NAMES as readonly string[]).includes(known.service), `${name}: ${known.service}`);
      if (known === revert) assert.equal(revert.from, change?.to, name);
    }
});

test('nothing that telemetry may see of a change tells what comes of it', () => {
  const spelled = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, ' ');
  const words = ['fault', 'inject', 'chaos', 'anomaly', 'benign', 'twin', ...truthWords()].map(spelled);
  for (const { name, change, revert } of SCENARIOS) {
    const seen = ` ${spelled(JSON.stringify([change, revert]))} `;
    for (const word of words) assert.ok(!seen.includes(` ${word} `), `${name}: "${word}" in "${seen}"`);
  }
});

test('words for the leak gate: names with and without number, but no ordinary words of operations', () => {
  const words = truthWords();
  for (const word of ['04-cache-storm', 'cache-storm', 'heap-leak', '11-restart', 'surge', 'campaign'])
    assert.ok(words.includes(word), word);
  for (const word of ['restart', 'scale-out']) assert.ok(!words.includes(word), word);
  assert.equal(new Set(words).size, words.length);
});

test('the catalogue imports nothing, so that k6 can read it', () => {
  assert.doesNotMatch(readFileSync(new URL('catalogue.ts', import.meta.url), 'utf8'), /^import|require\(/m);
});

test('the timeline has a mark for every case, the stronger one where two fall into a column', () => {
  const made = plan({ campaign: 'quick', seed: 11 });
  const line = timeline(made, made.duration_ms / 1000);
  assert.equal(line.length, made.duration_ms / 1000);
  for (const { truth, phases, scenario } of made.cases) {
    const mark = truth === 'fault' ? '#' : '=';
    assert.equal(line[phases.hold.start_ms / 1000], mark, scenario);
    assert.equal(line[phases.cooldown.end_ms / 1000 - 1], '-', scenario);
  }
  assert.match(timeline(made, 96), /^[.#=-]{96}$/);
  assert.equal(timeline(plan({ campaign: 'none', seed: 1 }), 20), '.'.repeat(20));
});
