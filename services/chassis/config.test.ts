import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadConfig, processFields, serverFields } from './config.ts';

const env = {
  OTEL_SERVICE_NAME: 'web-api',
  SERVICE_VERSION: '1.8.0',
  DEPLOYMENT_ENVIRONMENT: 'test',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
  PORT: '8080',
  METRICS_TOKEN: 'm',
  SOMETHING_ELSE: 'is ignored',
};
const fields = [...processFields, ...serverFields];

test('a configuration is read with its defaults', () => {
  const config = loadConfig({ env, fields });
  assert.equal(config.port, 8080);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.logLevel, 'info');
});

test('every problem is named at once, and no value is repeated', () => {
  const broken = {
    ...env,
    PORT: '70000',
    METRICS_TOKEN: undefined,
    LOG_LEVEL: 'loud',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'hidden',
  };
  assert.throws(
    () => loadConfig({ env: broken, fields }),
    (error: Error) => {
      assert.match(error.message, /PORT must be an integer from 0 to 65535/);
      assert.match(error.message, /METRICS_TOKEN is missing/);
      assert.match(error.message, /LOG_LEVEL must be one of/);
      assert.match(error.message, /OTEL_EXPORTER_OTLP_ENDPOINT must be a URL/);
      assert.doesNotMatch(error.message, /hidden|loud|70000/);
      return true;
    },
  );
});

for (const port of ['', '-1', '1e3', '0x10', ' 80', '80.5', '65536', 'NaN']) {
  test(`PORT ${JSON.stringify(port)} is refused`, () => {
    assert.throws(
      () => loadConfig({ env: { ...env, PORT: port }, fields: ['port'] }),
      /PORT must be an integer/,
    );
  });
}
