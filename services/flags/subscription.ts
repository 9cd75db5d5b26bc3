import { setTimeout as wait } from 'node:timers/promises';
import { OpenFeature } from '@openfeature/server-sdk';
import { Client } from 'pg';
import { reasonOf } from '../chassis/errors.ts';
import type { Logger } from '../chassis/log.ts';
import { TableProvider } from './provider.ts';

export const flagChannel = 'feature_flags';

/** Name of a subscriber's database session: it says which instance it is and which revision of the flags that runs. */
export const sessionName = (instance: string, revision: string) => `flags ${instance} r${revision}`;
export const sessionPattern = /^flags (?<instance>\S+) r(?<revision>\d+)$/;

const reconnectDelay = 500;

/**
 * Keeps this process's flags equal to the table.
 *
 *   operator            postgres                        every instance, on a session of its own
 *   UPDATE … revision 7
 *   NOTIFY ───────────► ───────────────────────────────► SELECT flags, take the values
 *                        application_name = "… r7"  ◄─── set_config
 *   all sessions r7? ◄── pg_stat_activity
 *
 * The session is the receipt: it ends with its process, so that the operator never waits for one that is gone, and an
 * instance that was cut off reads the whole table when it is back.
 */
export async function subscribeFlags({
  databaseUrl,
  instance,
  log,
}: {
  databaseUrl: string;
  instance: string;
  log: Logger;
}): Promise<{ close: () => Promise<void> }> {
  const provider = new TableProvider();
  await OpenFeature.setProviderAndWait(provider);
  const stopping = new AbortController();
  let client: Client | undefined;

  const listen = async (): Promise<void> => {
    const session = new Client({
      connectionString: databaseUrl,
      application_name: sessionName(instance, '0'),
      connectionTimeoutMillis: 2_000,
      keepAlive: true,
    });
    const ended = new Promise<void>((resolve) => {
      session.on('error', () => {});
      session.on('end', resolve);
    });
    await session.connect();
    client = session;
    let loading = Promise.resolve();
    const reload = () => {
      loading = loading.then(() => load({ session, provider, instance, log }));
      return loading;
    };
    session.on('notification', () => {
      // A reload that fails means that the session is unwell: end it, and begin anew.
      reload().catch(() => session.end().catch(() => {}));
    });
    await session.query(`LISTEN ${flagChannel}`);
    await reload();
    connected?.();
    await ended;
  };

  let connected: (() => void) | undefined;
  const first = new Promise<void>((resolve) => {
    connected = resolve;
  });
  const keep = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await listen();
        if (!stopping.signal.aborted) log.warn('feature flag session ended, connecting again');
      } catch (error) {
        if (!stopping.signal.aborted) log.warn(`feature flags cannot be read: ${reasonOf(error)}`);
        await client?.end().catch(() => {});
      }
      client = undefined;
      await wait(reconnectDelay, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  // Without a database the service starts with the defaults, and says by its health that something is missing.
  await Promise.race([first, wait(3_000, undefined, { ref: false })]);

  return {
    close: async () => {
      stopping.abort();
      await client?.end().catch(() => {});
      await keep;
    },
  };
}

async function load({
  session,
  provider,
  instance,
  log,
}: {
  session: Client;
  provider: TableProvider;
  instance: string;
  log: Logger;
}): Promise<void> {
  const { rows } = await session.query<{ flag: string; value: boolean; revision: string }>(
    'SELECT flag, value, revision FROM feature_flags',
  );
  const values = new Map(rows.map(({ flag, value }) => [flag, value]));
  const revision = rows.reduce(
    (newest, row) => (BigInt(row.revision) > newest ? BigInt(row.revision) : newest),
    0n,
  );
  const changed = provider.replace(values);
  await session.query(`SELECT set_config('application_name', $1, false)`, [
    sessionName(instance, String(revision)),
  ]);
  for (const flag of changed)
    log.info({ flag, value: values.get(flag) }, `feature flag ${flag} is ${values.get(flag) ? 'on' : 'off'}`);
}
