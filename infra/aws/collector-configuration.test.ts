import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { resolveProgram } from '../../tools/programs/resolve.ts';
import { mockedAwsStack } from './testing/mocked-stack.ts';
import { containersIn, resolvedSecrets } from './testing/tasks.ts';

const FOLDER = fileURLToPath(new URL('../collector/', import.meta.url));

test('a collector takes the configuration and the environment of its task', async (t) => {
  const otelcol = await resolveProgram('otelcol', { build: Boolean(process.env.CI) }).catch(
    (error: Error) => {
      t.skip(error.message);
    },
  );
  if (!otelcol) return;
  const stack = await mockedAwsStack();
  const [container] = containersIn(stack, 'collector');
  assert.ok(container);
  const variables = [...container.environment, ...resolvedSecrets(stack, container)];
  const run = (env: typeof variables, ...more: string[]) =>
    promisify(execFile)(
      otelcol.path,
      ['validate', ...(container.command ?? []).map((one) => one.replace('/etc/otelcol/', FOLDER)), ...more],
      { env: Object.fromEntries(env.map(({ name, value }) => [name, value])) },
    );
  await run(variables);
  // it does look: with one variable less, or a key that no receiver knows, it says no
  await assert.rejects(run(variables.filter(({ name }) => name !== 'POSTGRES_ENDPOINT')), /endpoint/);
  await assert.rejects(
    run(variables, '--config', 'yaml:receivers::postgresql::tls::insecur: true'),
    /insecur/,
  );
});

test('the image of the collector has the authorities that S3 and ElastiCache are believed by', async () => {
  const dockerfile = await readFile(new URL('../docker/images/Dockerfile', import.meta.url), 'utf8');
  const [, stage = ''] = /FROM \S+ AS collector\n([\s\S]*?)(?=\nFROM|$)/.exec(dockerfile) ?? [];
  assert.match(stage, /^COPY --from=upstream-collector \/etc\/ssl\/certs\/ca-certificates.crt /m);
  assert.match(stage, /^VOLUME \/var\/lib\/otelcol$/m);
});
