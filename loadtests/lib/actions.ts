import type { Call } from './attempt.ts';
import { isSoldOut, pickCard, pickCountry, pickItems, pickQuery, pickUser, USERS } from './catalogue.ts';
import type { Generator } from './generator.ts';

/** Share of each kind among the actions of a session; users take the rest, 60 %. */
const ANALYTICS = 0.01;
const CHECKOUT = 0.15;
const SEARCH = 0.25;
/** Of the users' share. */
const BY_COUNTRY = 0.15;
const UNKNOWN_USER = 0.005;

/** What a customer does next. */
export function pickAction(random: Generator): Call {
  if (random.chance(ANALYTICS)) return analytics(random);
  const at = random.next();
  if (at < CHECKOUT) return checkout(random);
  if (at < CHECKOUT + SEARCH) return search(random);
  return random.chance(BY_COUNTRY) ? usersOfCountry(random) : user(random);
}

/** A few ask for somebody who is not there. */
function user(random: Generator): Call {
  const unknown = random.chance(UNKNOWN_USER);
  const id = unknown ? USERS + 1 + random.integer(USERS) : pickUser(random);
  return { name: 'user', method: 'GET', path: `/api/users/${id}`, expected: unknown ? 404 : 200 };
}

function usersOfCountry(random: Generator): Call {
  const path = `/api/users?country=${pickCountry(random)}&limit=${random.pick([15, 20, 30])}`;
  return { name: 'users', method: 'GET', path, expected: 200 };
}

function search(random: Generator): Call {
  const path = `/api/search?q=${encodeURIComponent(pickQuery(random))}&limit=20`;
  return { name: 'search', method: 'GET', path, expected: 200 };
}

/** A card that the bank declines is still a valid order, since payment comes later; a product that is sold out is not. */
function checkout(random: Generator): Call {
  const items = pickItems(random);
  const body = { items, card_number: pickCard(random) };
  const expected = items.some(isSoldOut) ? 409 : 201;
  return { name: 'checkout', method: 'POST', path: '/api/checkout', body, expected };
}

function analytics(random: Generator): Call {
  return {
    name: 'analytics',
    method: 'GET',
    path: `/api/analytics?days=${random.pick([7, 14, 30])}`,
    expected: 200,
  };
}
