import { type Component, IMAGES, TERM } from './component.ts';

/** Scrapes the services, takes the metrics of the stores from the collector by remote write, and evaluates the rules. */
export const prometheus: Component = {
  name: 'prometheus',
  role: 'observer',
  image: IMAGES.prometheus,
  program: 'prometheus',
  ports: { http: 9090 },
  needs: [],
  health: { kind: 'http', port: 'http', path: '/-/healthy', withinSeconds: 30 },
  limits: { memoryMiB: 256, pids: 64 },
  restart: 'always',
  stop: TERM,
  maxReplicas: 1,
  env: ({ secrets }) => ({ METRICS_TOKEN: secrets.metricsToken }),
};
