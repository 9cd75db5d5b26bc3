import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertConfined, type Inspected } from './confinement.ts';

const CONFINED: Inspected = {
  Name: '/shop-web-api-1',
  Config: {
    Image: `sha256:${'0'.repeat(64)}`,
    User: '1000:1000',
    Env: ['PORT=8080'],
    Labels: { 'storefront.component': 'web-api' },
    Healthcheck: { Test: ['CMD', 'true'] },
  },
  HostConfig: {
    ...{ ReadonlyRootfs: true, CapDrop: ['ALL'], CapAdd: null, SecurityOpt: ['no-new-privileges:true'] },
    ...{ Privileged: false, PidMode: '', UsernsMode: '', PublishAllPorts: false, Devices: null },
    ...{ Memory: 2 ** 28, MemorySwap: 2 ** 28, PidsLimit: 64 },
    LogConfig: { Type: 'fluentd' },
    RestartPolicy: { Name: 'unless-stopped' },
    PortBindings: { '8080/tcp': [{ HostIp: '127.0.0.1' }] },
  },
  Mounts: [{ Type: 'volume', Name: 'shop-web-api' }],
  NetworkSettings: { Ports: { '8080/tcp': [{ HostIp: '127.0.0.1' }] }, Networks: { shop: {} } },
  State: { Health: { Status: 'healthy' } },
};

test('a container that has no right but its own is let through', () => assertConfined(CONFINED, 'shop'));

type Change = (container: Inspected) => object;
const config =
  (change: object): Change =>
  ({ Config }) => ({ Config: { ...Config, ...change } });
const host =
  (change: object): Change =>
  ({ HostConfig }) => ({ HostConfig: { ...HostConfig, ...change } });

const CHANGES: Readonly<Record<string, Change>> = {
  root: config({ User: '0:0' }),
  'the user of its image': config({ User: '' }),
  'an image by a name that can change': config({ Image: 'storefront:latest' }),
  'no health check': config({ Healthcheck: undefined }),
  'a root that it may write to': host({ ReadonlyRootfs: false }),
  'a capability': host({ CapAdd: ['NET_ADMIN'] }),
  'the usual capabilities': host({ CapDrop: null }),
  'new privileges': host({ SecurityOpt: null }),
  'every privilege': host({ Privileged: true }),
  'memory without end': host({ Memory: 0, MemorySwap: 0 }),
  swap: host({ MemorySwap: -1 }),
  'processes without end': host({ PidsLimit: null }),
  "the engine's socket": host({ Binds: ['/var/run/docker.sock:/var/run/docker.sock'] }),
  'no restart policy': host({ RestartPolicy: { Name: 'no' } }),
  'lines that stay with the engine': host({ LogConfig: { Type: 'json-file' } }),
  'a port on every address': host({ PortBindings: { '8080/tcp': [{ HostIp: '' }] } }),
  'a folder of the machine': () => ({ Mounts: [{ Type: 'bind', Source: '/etc' }] }),
  'another network': () => ({ NetworkSettings: { Ports: {}, Networks: { shop: {}, bridge: {} } } }),
  'ill health': () => ({ State: { Health: { Status: 'unhealthy' } } }),
};

for (const [what, change] of Object.entries(CHANGES))
  test(`found: ${what}`, () => {
    assert.throws(() => assertConfined({ ...CONFINED, ...change(CONFINED) }, 'shop'), assert.AssertionError);
  });
