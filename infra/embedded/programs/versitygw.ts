import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hostPort } from '../../topology/component.ts';
import type { Launch } from '../child.ts';
import { BASE_ENV, type LaunchContext } from './context.ts';

/** Folders of the S3 root: a folder is a bucket. */
const BUCKETS = ['raw', 'datasets'] as const;

/** An S3 server over a plain folder, which outlives the stack. */
export async function versitygwLaunch(
  { surroundings, env, program }: LaunchContext,
  { s3Root, eventWebhookUrl }: { s3Root: string; eventWebhookUrl?: string | undefined },
): Promise<Launch> {
  for (const bucket of BUCKETS) await mkdir(join(s3Root, bucket), { recursive: true });
  return {
    command: program,
    args: ['--port', hostPort(surroundings.own.http), '--quiet', '--health', '/health', 'posix', s3Root],
    // In the environment, since the URL may hold a token, and arguments can be seen by all.
    env: { ...BASE_ENV, ...env, ...(eventWebhookUrl && { VGW_EVENT_WEBHOOK_URL: eventWebhookUrl }) },
    cwd: s3Root,
  };
}
