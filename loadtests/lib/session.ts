import { pickAction } from './actions.ts';
import { attempt } from './attempt.ts';
import { credentials, pickCustomer } from './catalogue.ts';
import type { Generator } from './generator.ts';

const FEWEST_ACTIONS = 6;
const MOST_ACTIONS = 12;
/** Customers who mistype their password once before they get it right. */
const MISTYPED = 0.005;

/** Mean number of requests of a session, from which a rate of requests becomes a rate of sessions. */
export const REQUESTS_PER_SESSION = MISTYPED + 1 + (FEWEST_ACTIONS + MOST_ACTIONS) / 2;

/**
 * One customer's visit: logs in, then acts, one request straight after the other. Who cannot log in leaves; who is told
 * in between that the login is no longer valid logs in again and goes on.
 */
export async function runSession({
  url,
  random,
  tags = () => ({}),
}: {
  url: string;
  random: Generator;
  /** Asked before each request. */
  tags?: () => { [name: string]: string };
}): Promise<void> {
  const customer = pickCustomer(random);
  const actions = FEWEST_ACTIONS + random.integer(MOST_ACTIONS - FEWEST_ACTIONS + 1);
  if (random.chance(MISTYPED)) await login({ url, random, customer, tags, mistyped: true });
  let token = await login({ url, random, customer, tags });
  for (let done = 0; token && done < actions; done++) {
    const { status } = await attempt({ url, call: pickAction(random), token, random, tags: tags() });
    if (status === 401) token = await login({ url, random, customer, tags });
  }
}

async function login({
  url,
  random,
  customer,
  tags,
  mistyped = false,
}: {
  url: string;
  random: Generator;
  customer: number;
  tags: () => { [name: string]: string };
  mistyped?: boolean;
}): Promise<string | undefined> {
  const { username, password } = credentials(customer);
  const { body } = await attempt({
    url,
    random,
    tags: tags(),
    call: {
      name: 'login',
      method: 'POST',
      path: '/api/login',
      body: { username, password: mistyped ? password.slice(0, -1) : password },
      expected: mistyped ? 401 : 200,
    },
  });
  return typeof body.token === 'string' ? body.token : undefined;
}
