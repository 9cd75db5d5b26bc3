import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProgramName, resolveProgram } from '../../../../tools/programs/resolve.ts';
import { postgresProgram } from '../../../embedded/programs/postgres.ts';
import { IMAGES } from '../../../topology/component.ts';

/** An image that tests use where the official one of that name is not there. */
export interface StandIn {
  /** The official name, tag included. */
  readonly name: string;
  /** Holds its Dockerfile and scripts. */
  readonly folder: string;
  /** Programs to copy into the build's context: name there → where it comes from. */
  readonly programs: () => Promise<Readonly<Record<string, string>>>;
}

/** Debian, from which all but the collector's are built. */
export const BASE = 'storefront-stand-in/debian:bookworm';

const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const pathOf = async (name: ProgramName) => (await resolveProgram(name, { onProgress: console.error })).path;
const none = async () => ({});

export const STAND_INS: readonly StandIn[] = [
  {
    name: IMAGES.postgres,
    folder: folder('postgres'),
    programs: async () => ({ native: dirname(dirname(await postgresProgram())) }),
  },
  { name: IMAGES.redis, folder: folder('valkey'), programs: none },
  { name: IMAGES.prometheus, folder: folder('prometheus'), programs: none },
  {
    name: IMAGES.s3,
    folder: folder('minio'),
    programs: async () => ({ versitygw: await pathOf('versitygw') }),
  },
  {
    name: IMAGES.collector,
    folder: folder('collector'),
    programs: async () => ({
      otelcol: await pathOf('otelcol'),
      'ca-certificates.crt': '/etc/ssl/certs/ca-certificates.crt',
    }),
  },
  {
    name: IMAGES.node,
    folder: folder('node'),
    programs: async () => ({
      node: process.execPath,
      npm: npmFolder(),
      'ca-certificates.crt': '/etc/ssl/certs/ca-certificates.crt',
    }),
  },
];

/** npm belongs to the Node.js that it is installed with: lib/node_modules beside bin. */
const npmFolder = () => join(dirname(dirname(process.execPath)), 'lib', 'node_modules', 'npm');
