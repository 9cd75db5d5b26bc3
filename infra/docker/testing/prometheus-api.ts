import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 500;

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Asks a Prometheus server, https://prometheus.io/docs/prometheus/latest/querying/api/. */
export class PrometheusApi {
  readonly #url: string;

  constructor({ url }: { url: string }) {
    this.#url = url;
  }

  /** Label → value of an instant query. */
  async query(expression: string, label: string): Promise<Record<string, number>> {
    const query = new URLSearchParams({ query: expression });
    const { result } = await this.#get<{ result: Sample[] }>(`query?${query}`);
    return Object.fromEntries(result.map(({ metric, value }) => [metric[label] ?? '', Number(value[1])]));
  }

  /** Services of the alerts of that name that fire. */
  async firing(alert: string): Promise<string[]> {
    interface Alert {
      readonly state: string;
      readonly labels: Readonly<Record<string, string>>;
    }
    const { alerts } = await this.#get<{ alerts: Alert[] }>('alerts');
    return alerts
      .filter(({ state, labels }) => state === 'firing' && labels.alertname === alert)
      .map(({ labels }) => labels.service ?? '');
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}/api/v1/${path}`, { signal: AbortSignal.timeout(10_000) });
    const body = (await response.json()) as { status: string; data: T; error?: string };
    if (body.status !== 'success') throw new Error(`GET ${path}: ${body.error}`);
    return body.data;
  }
}

/** Asks again and again until it is so. @returns how long that took, ms @throws after `withinMs` */
export async function untilSo(what: string, withinMs: number, isSo: () => Promise<boolean>): Promise<number> {
  const since = Date.now();
  while (!(await isSo())) {
    if (Date.now() - since > withinMs) throw new Error(`${what}: not within ${withinMs} ms`);
    await sleep(POLL_MS);
  }
  return Date.now() - since;
}
