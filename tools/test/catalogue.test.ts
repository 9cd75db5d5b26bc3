import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  credentials,
  isSoldOut,
  NOT_SOLD,
  pickCard,
  pickCountry,
  pickCustomer,
  pickItems,
  pickQuery,
  pickUser,
  USERS,
} from '../../loadtests/lib/catalogue.ts';
import { generator } from '../../loadtests/lib/generator.ts';
import { loadConfig } from '../../services/chassis/config.ts';
import { passwords, soldOutEvery } from '../../services/database/seed.ts';
import { adjectives, categories, countries, nouns } from '../../services/database/words.ts';
import { charge } from '../../services/payment-worker/gateway.ts';

// A k6 script cannot import the services, so it has a copy of what the storefront holds; here the two are compared.

const { seedUsers, seedProducts } = loadConfig({ env: {}, fields: ['seedUsers', 'seedProducts'] });
/** All that is drawn in so many draws; the rarest word comes once in some 300. */
const drawn = <T>(draw: (random: ReturnType<typeof generator>) => T): T[] =>
  Array.from({ length: 20_000 }, (_, iteration) => draw(generator(7, 'drift', iteration)));
const notIn = (values: Iterable<string>, known: readonly string[]) =>
  [...new Set(values)].filter((value) => !known.includes(value));

test('of the words that are searched for the search index has all but those that are not sold, and none of these', () => {
  const words = new Set(drawn(pickQuery).flatMap((query) => query.split(' ')));
  assert.ok(words.size > 30, `${words.size} words`);
  const unknown = notIn(words, [...adjectives, ...nouns, ...categories]);
  assert.deepEqual(unknown.sort(), [...NOT_SOLD].sort());
});

test('every country that users are looked up by is one of theirs', () => {
  assert.deepEqual(notIn(drawn(pickCountry), countries), []);
});

test('users and products are those of the seed', () => {
  assert.equal(USERS, seedUsers);
  for (const user of [...drawn(pickUser), ...drawn(pickCustomer)])
    assert.ok(Number.isInteger(user) && user >= 1 && user <= seedUsers, `user ${user}`);
  const ids = drawn(pickItems).flatMap((items) => items.map(({ product_id }) => product_id));
  assert.equal(Math.max(...ids), seedProducts);
  assert.ok(ids.every((id) => id >= 1));
});

test('passwords and what is sold out are those of the seed', () => {
  for (const user of [1, passwords - 1, passwords, passwords + 1, seedUsers])
    assert.deepEqual(credentials(user), {
      username: `user${user}`,
      password: `storefront-${user % passwords}`,
    });
  for (let id = 1; id <= seedProducts; id++)
    assert.equal(isSoldOut({ product_id: id, quantity: 1 }), id % soldOutEvery === 0, `product ${id}`);
});

test('every card is one whose outcome the payment gateway knows', async () => {
  const outcomes = await Promise.all(
    [...new Set(drawn(pickCard))].map(async (card) => {
      const asked = charge({ orderId: 1, amountCents: 1, cardLast4: card.slice(-4), attempt: 1 });
      return asked.then(({ outcome }) => outcome).catch(({ code }) => code as string);
    }),
  );
  assert.deepEqual(outcomes.sort(), [
    'captured',
    'captured',
    'captured',
    'captured',
    'declined',
    'processing_error',
  ]);
});
