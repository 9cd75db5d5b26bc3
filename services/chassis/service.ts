import type { FastifyInstance } from 'fastify';
import { type Config, loadConfig, processFields, serverFields } from './config.ts';
import { type Closing, closeOnSignal, startOrExit } from './lifecycle.ts';
import { type Logger, processLog } from './log.ts';
import { processState } from './process-state.ts';

type Base = (typeof processFields)[number] | (typeof serverFields)[number];

export interface Running {
  app: FastifyInstance;
  /** what is closed after the server has answered its last request, in this order */
  closing: Closing;
}

/**
 * A service's life: configuration checked, `start` called, port opened, everything closed on SIGTERM.
 * The line `listening at <url>` says that it serves.
 */
export function runService<K extends keyof Config>({
  needs,
  start,
}: {
  needs: readonly K[];
  start: (parts: { config: Pick<Config, K | Base>; log: Logger; instance: string }) => Promise<Running>;
}): void {
  const { service, version, logLevel } = loadConfig({ fields: processFields });
  const log = processLog({ service, version, level: logLevel });
  void startOrExit({
    service,
    log,
    start: async () => {
      const config = loadConfig<K | Base>({ fields: [...processFields, ...serverFields, ...needs] });
      const { instance } = processState({ service });
      log.info({ node: process.version }, `${service} ${version} starting`);
      const { app, closing } = await start({ config, log, instance });
      closeOnSignal({ service, log, closing: [['http server', () => app.close()], ...closing] });
      await app.listen({
        host: config.host,
        port: config.port,
        listenTextResolver: (address) => `listening at ${address}`,
      });
    },
  });
}
