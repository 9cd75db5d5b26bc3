import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAMS } from './catalogue.ts';
import { inRange } from './version.ts';

const { otelcol, telemetrygen, versitygw } = PROGRAMS;
const built = Object.values(PROGRAMS).filter(({ module }) => module !== undefined);

test('the versions in the catalogue are those that the modules pin', async () => {
  const manifest = await readFile(join(otelcol.module?.folder ?? '', 'builder.yaml'), 'utf8');
  assert.equal(/^ {2}version: (.+)$/m.exec(manifest)?.[1], otelcol.module?.version);
  assert.equal(telemetrygen.module?.version, otelcol.module?.version, 'they are released together');
  const pinned = {
    versitygw: 'github.com/versity/versitygw',
    pulumi: 'github.com/pulumi/pulumi/pkg/v3',
    'pulumi-language-nodejs': 'github.com/pulumi/pulumi/sdk/v3',
    telemetrygen: 'github.com/open-telemetry/opentelemetry-collector-contrib/cmd/telemetrygen',
  } as const;
  for (const [name, path] of Object.entries(pinned)) {
    const { module } = PROGRAMS[name as keyof typeof pinned];
    const pins = await readFile(join(module?.folder ?? '', 'go.mod'), 'utf8');
    assert.equal(
      pins.split('\n').filter((line) => line.startsWith(`\t${path} v${module?.version}`)).length,
      1,
    );
  }
  assert.deepEqual(versitygw.module?.ldflags, [`-X main.Version=v${versitygw.module?.version}`]);
});

test('what is built is within the range that is accepted from PATH', () => {
  for (const { name, module, range } of built) {
    assert.ok(module && (!range || inRange(module.version, range)), name);
  }
});

test('the plugin serves the release of @pulumi/docker that the stack is written for', async () => {
  const infra = await readFile(new URL('../../infra/package.json', import.meta.url), 'utf8');
  const { dependencies } = JSON.parse(infra) as { dependencies: Record<string, string> };
  const { module } = PROGRAMS['pulumi-resource-docker'];
  assert.equal(module?.version, dependencies['@pulumi/docker']);
  assert.deepEqual(module?.ldflags, [`-X main.version=${module?.version}`]);
});
