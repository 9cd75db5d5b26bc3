import { type LoadProgress, type LoadResult, type RunnerChoice, runScenario } from '../load.ts';

export interface LoadOptions {
  /** Path of the scenario script. */
  readonly script: string;
  /** Path of the points file. */
  readonly out: string;
  /** FAULTLINE_SEED and so on: what is sent, not where. */
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Ends at once what the signal has ended in order. */
  readonly cutOff?: AbortSignal;
  readonly onProgress?: (progress: LoadProgress) => void;
}

/** Sends the traffic of a script, from wherever it comes. */
export type Load = (options: LoadOptions) => Promise<LoadResult>;

export interface LoadedStack {
  readonly webApiUrl: string;
  readonly controlUrl: string;
  readonly controlToken: string;
}

/** All of it from this computer. */
export const loadHere =
  ({ runner, stack }: { runner: RunnerChoice; stack: LoadedStack }): Load =>
  ({ env, ...options }) =>
    runScenario({ ...options, runner, env: { ...env, ...stackEnv(stack) } });

/** What tells a script where the stack is. */
export const stackEnv = ({ webApiUrl, controlUrl, controlToken }: LoadedStack): Record<string, string> => ({
  FAULTLINE_WEB_API_URL: webApiUrl,
  FAULTLINE_CONTROL_URL: controlUrl,
  FAULTLINE_CONTROL_TOKEN: controlToken,
});
