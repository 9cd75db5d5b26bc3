import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pickAction } from './actions.ts';
import { credentials, pickCard, pickUser, zipf } from './catalogue.ts';
import { generator } from './generator.ts';

test('ranks follow about 1 / rank and stay in range', () => {
  const random = generator('1', 'zipf', 0);
  const counts = new Map<number, number>();
  for (let i = 0; i < 50_000; i++) {
    const rank = zipf({ random, n: 1_000 });
    assert.ok(rank >= 1 && rank <= 1_000);
    counts.set(rank, (counts.get(rank) ?? 0) + 1);
  }
  const share = (rank: number) => (counts.get(rank) ?? 0) / 50_000;
  assert.ok(Math.abs(share(1) - Math.log(2) / Math.log(1_001)) < 0.01);
  assert.ok(share(1) > share(3) && share(3) > share(30));
});

test('users exist, and their passwords follow their number', () => {
  const random = generator('1', 'users', 0);
  for (let i = 0; i < 10_000; i++) {
    const user = pickUser(random);
    assert.ok(user >= 1 && user <= 20_000);
  }
  assert.deepEqual(credentials(33), { username: 'user33', password: 'storefront-1' });
});

test('actions come in the shares that the scenario states', () => {
  const random = generator('1', 'mix', 0);
  const counts: Record<string, number> = {};
  let unknown = 0;
  for (let i = 0; i < 40_000; i++) {
    const { name, expected } = pickAction(random);
    const kind = name === 'user' ? 'users' : name;
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (expected === 404) unknown++;
  }
  const near = (kind: string, share: number) => {
    assert.ok(Math.abs((counts[kind] ?? 0) / 40_000 - share) < 0.01, `${kind}: ${counts[kind]}`);
  };
  near('users', 0.6 * 0.99);
  near('search', 0.25 * 0.99);
  near('checkout', 0.15 * 0.99);
  near('analytics', 0.01);
  assert.ok(unknown > 50 && unknown < 160, String(unknown));
});

test('a few cards are declined', () => {
  const random = generator('1', 'cards', 0);
  const cards = Array.from({ length: 10_000 }, () => pickCard(random));
  const ending = (end: string) => cards.filter((card) => card.endsWith(end)).length;
  assert.ok(ending('0002') > 120 && ending('0002') < 280);
  assert.ok(ending('0119') > 50 && ending('0119') < 160);
});
