import type { Generator } from './generator.ts';

/** What the seeded storefront holds; the counts are those of its database seed. */
export const USERS = 20_000;
const PRODUCTS = 1_000;
const PASSWORDS = 32;
/** Products whose number divides by this were never in stock. */
const SOLD_OUT_EVERY = 250;

/** Query words that the search index knows, the most wanted first. */
const WORDS = [
  ...[
    'lamp',
    'kitchen',
    'desk',
    'oak',
    'blanket',
    'modern',
    'mug',
    'garden',
    'linen',
    'backpack',
    'office',
    'steel',
  ],
  ...[
    'bedroom',
    'table',
    'classic',
    'mirror',
    'towel',
    'compact',
    'lighting',
    'pillow',
    'kettle',
    'travel',
    'woven',
  ],
  ...[
    'armchair',
    'silver',
    'umbrella',
    'rustic',
    'notebook',
    'folding',
    'candle',
    'bath',
    'golden',
    'teapot',
  ],
] as const;

/** What some look for and the shop does not have. */
export const NOT_SOLD = ['sofa', 'bicycle', 'guitar', 'printer', 'tent', 'aquarium'] as const;

const COUNTRIES = ['DE', 'FR', 'GB', 'ES', 'IT', 'NL', 'PL', 'AT', 'SE', 'CH'] as const;

/** Test card numbers; the payment gateway decides by the ending. */
const CARDS = {
  accepted: ['4242424242424242', '5555555555554444', '4111111111111111', '378282246310005'],
  declined: '4000000000000002',
  processingError: '4000000000000119',
} as const;

/**
 * A rank from 1 to n with a probability of about 1 / rank, as popularity has it: an exponential of a uniform number,
 * so that rank r gets log((r + 1) / r) / log(n + 1).
 */
export function zipf({ random, n }: { random: Generator; n: number }): number {
  return Math.min(n, Math.floor(Math.exp(random.next() * Math.log(n + 1))));
}

/** A user who is somewhat popular; ranks are spread over the ids, since popular users are not the first to sign up. */
export function pickUser(random: Generator): number {
  return 1 + ((zipf({ random, n: USERS }) * 7_919) % USERS);
}

/** The user who logs in: anybody, equally. */
export function pickCustomer(random: Generator): number {
  return 1 + random.integer(USERS);
}

export const credentials = (user: number) => ({
  username: `user${user}`,
  password: `storefront-${user % PASSWORDS}`,
});

/** About one search in ten finds nothing: 9 % ask for what is not sold, and two words are seldom in vain. */
export function pickQuery(random: Generator): string {
  if (random.chance(0.09)) return random.pick(NOT_SOLD);
  const word = () => WORDS[zipf({ random, n: WORDS.length }) - 1] ?? 'lamp';
  return random.chance(0.2) ? `${word()} ${word()}` : word();
}

export const pickCountry = (random: Generator): string => random.pick(COUNTRIES);

export interface Item {
  product_id: number;
  quantity: number;
}

export const isSoldOut = ({ product_id }: Item): boolean => product_id % SOLD_OUT_EVERY === 0;

export function pickItems(random: Generator): Item[] {
  return Array.from({ length: 1 + random.integer(3) }, () => ({
    product_id: zipf({ random, n: PRODUCTS }),
    quantity: 1 + random.integer(3),
  }));
}

/** Now and then a card is declined (2 %), or its bank stumbles and is asked again (1 %). */
export function pickCard(random: Generator): string {
  const at = random.next();
  if (at < 0.02) return CARDS.declined;
  if (at < 0.03) return CARDS.processingError;
  return random.pick(CARDS.accepted);
}
