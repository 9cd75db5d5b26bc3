import { buildServices } from '../build.ts';
import { type OtlpReceiver, startOtlpReceiver } from './otlp-receiver.ts';
import { startPostgres, type TestPostgres } from './postgres.ts';
import { startRedis, type TestRedis } from './redis.ts';
import { ServiceProcess } from './service-process.ts';

export const metricsToken = 'metrics-token-for-tests';
export const operatorToken = 'operator-token-for-tests';

export type ServiceName = 'web-api' | 'auth-service' | 'payment-worker' | 'operator';

/** A storefront of real processes on free ports, with a small seed. */
export interface Storefront {
  postgres: TestPostgres;
  cache: TestRedis;
  queue: TestRedis;
  otlp: OtlpReceiver;
  services: Record<ServiceName, ServiceProcess>;
  urls: Record<ServiceName, string>;
  envOf(name: ServiceName | 'database-setup'): Record<string, string>;
  /** ends one service and starts it anew on the same port */
  startService(name: ServiceName, env?: Record<string, string>): Promise<ServiceProcess>;
  stop(): Promise<void>;
}

export async function startStorefront({
  seed = {},
}: {
  seed?: Record<string, string>;
} = {}): Promise<Storefront> {
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.reverse()) await close();
    closing.length = 0;
  };
  try {
    await buildServices();
    const [postgres, cache, queue, otlp] = await Promise.all([
      startPostgres(),
      startRedis(),
      startRedis(),
      startOtlpReceiver(),
    ]);
    closing.push(otlp.close, queue.stop, cache.stop, postgres.stop);

    const urls: Partial<Record<ServiceName, string>> = {};
    const services: Partial<Record<ServiceName, ServiceProcess>> = {};
    const envOf = (name: ServiceName | 'database-setup') => ({
      OTEL_SERVICE_NAME: name,
      SERVICE_VERSION: '1.8.0',
      DEPLOYMENT_ENVIRONMENT: 'test',
      OTEL_EXPORTER_OTLP_ENDPOINT: otlp.url,
      HOST: '127.0.0.1',
      PORT: urls[name as ServiceName]?.split(':').at(-1) ?? '0',
      METRICS_TOKEN: metricsToken,
      OPERATOR_TOKEN: operatorToken,
      DATABASE_URL: postgres.url,
      CACHE_URL: `${cache.url}/0`,
      SESSIONS_URL: `${cache.url}/1`,
      QUEUE_URL: `${queue.url}/0`,
      AUTH_URL: urls['auth-service'] ?? 'http://127.0.0.1:1',
      SEED_USERS: '200',
      SEED_PRODUCTS: '500',
      SEED_ORDERS: '2000',
      ...seed,
    });
    const startService = async (name: ServiceName, env: Record<string, string> = {}) => {
      await services[name]?.stop();
      const service = new ServiceProcess({ name, env: { ...envOf(name), ...env } });
      services[name] = service;
      urls[name] = await service.url();
      return service;
    };
    closing.push(() => Promise.all(Object.values(services).map((service) => service.stop())));

    const setup = new ServiceProcess({ name: 'database-setup', env: envOf('database-setup') });
    const { code } = await setup.exit();
    closing.push(() => setup.stop());
    if (code !== 0)
      throw new Error(
        `database-setup exited with ${code}: ${setup.stderr} ${JSON.stringify(setup.lines.at(-1))}`,
      );
    await startService('auth-service');
    await Promise.all([startService('web-api'), startService('payment-worker'), startService('operator')]);
    return {
      postgres,
      cache,
      queue,
      otlp,
      services: services as Record<ServiceName, ServiceProcess>,
      urls: urls as Record<ServiceName, string>,
      envOf,
      startService,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
