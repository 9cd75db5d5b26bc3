import { type Component, IMAGES, TERM } from './component.ts';

/** Converts what the collector has put, while the stack runs: by listing the bucket, which any S3 server answers. */
export const worker: Component = {
  name: 'worker',
  role: 'observer',
  image: IMAGES.worker,
  program: 'worker',
  ports: { http: 9310 },
  needs: ['s3'],
  health: { kind: 'http', port: 'http', path: '/health', withinSeconds: 30 },
  // an object of 50,000 spans, the largest that is usual, takes 350 MiB
  limits: { memoryMiB: 448, pids: 32 },
  restart: 'always',
  stop: TERM,
  maxReplicas: 1,
  optional: true,
  env: ({ own, address, secrets }) => ({
    PORT: String(own.http?.port),
    RAW_URL: 's3://raw',
    LIST_EVERY_MS: '5000',
    AWS_ENDPOINT_URL_S3: address('s3').url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: secrets.s3AccessKey,
    AWS_SECRET_ACCESS_KEY: secrets.s3SecretKey,
  }),
};
