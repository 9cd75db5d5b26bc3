import { once } from 'node:events';
import { Command, Option } from 'commander';
import { Control } from '../../../infra/control/control.ts';
import { reportFirstDeployments } from '../../../infra/control/first-deployments.ts';
import type { EmbeddedTarget } from '../../../infra/embedded/target.ts';
import type { Program } from '../../programs/resolve.ts';
import { embeddedPrograms, embeddedStack } from '../embedded.ts';
import { describeStack, removeHeldStack, writeHeldStack } from '../held-stack.ts';
import { interruptible } from '../interrupt.ts';
import { jsonOption, parsePort } from '../options.ts';
import { places } from '../places.ts';
import { runSteps } from '../steps.ts';

const RAW_PREFIX = 'raw/stack';

interface ControlOptions {
  port?: number;
  webApiPort?: number;
  json?: boolean;
}

export const controlCommand = (_finish: (code: number) => void) =>
  new Command('control')
    .description(
      'holds a stack up, with its control API, until Ctrl-C; `load` and the k6 scripts then use it',
    )
    .addOption(new Option('--port <n>', 'port of the control API (default: a free one)').argParser(parsePort))
    .addOption(new Option('--web-api-port <n>', 'port of web-api (default: a free one)').argParser(parsePort))
    .addOption(jsonOption())
    .action(({ port = 0, webApiPort, json = false }: ControlOptions) =>
      interruptible(async (signal) => {
        let programs: Program[] = [];
        let target: EmbeddedTarget | undefined;
        let control: Control | undefined;
        try {
          await runSteps({
            json,
            steps: [
              {
                title: 'Programs',
                run: async (update) => {
                  programs = await embeddedPrograms({ update, signal });
                },
              },
              {
                title: 'Stack',
                run: async (update) => {
                  const stateDir = places.stack('stack');
                  target = await embeddedStack({
                    programs,
                    stateDir,
                    rawPrefix: RAW_PREFIX,
                    webApiPort,
                    update,
                    signal,
                  });
                  await target.start();
                  control = await Control.start({ target, port });
                  const untold = await reportFirstDeployments(target);
                  return untold.length === 0
                    ? ''
                    : `the operator took no note of the deployment of ${untold.join(', ')}, which the changes will lack`;
                },
              },
            ],
          });
          if (!target || !control) return;
          const stack = await describeStack({
            target,
            controlUrl: control.address.url,
            rawPrefix: RAW_PREFIX,
          });
          await writeHeldStack({ target, stack });
          if (json)
            console.log(
              JSON.stringify({ ...target.versions(), web_api: stack.web_api, control: stack.control.url }),
            );
          else
            console.log(`
web-api      ${stack.web_api}
control API  ${stack.control.url}   (its token is in ${places.control})

in another terminal, in this folder
  npx faultline load 01-steady
  FAULTLINE_WEB_API_URL=${stack.web_api} k6 run loadtests/scenarios/01-steady.ts

Ctrl-C stops the stack.`);
          if (!signal.aborted) await once(signal, 'abort');
        } finally {
          await removeHeldStack();
          await control?.close();
          await target?.stop();
        }
      }),
    );
