import { once } from 'node:events';
import { Command, Option } from 'commander';
import { Control } from '../../../infra/control/control.ts';
import { reportFirstDeployments } from '../../../infra/control/first-deployments.ts';
import { DockerTarget } from '../../../infra/docker/target.ts';
import type { Target } from '../../../infra/target.ts';
import { describeStack, removeHeldStack, writeHeldStack } from '../held-stack.ts';
import { interruptible } from '../interrupt.ts';
import {
  eventWebhookOption,
  jsonOption,
  needEmbedded,
  parsePort,
  type TargetOptions,
  withTargetOptions,
} from '../options.ts';
import { places } from '../places.ts';
import { dockerChoice, embeddedChoice } from '../stacks.ts';
import { runSteps } from '../steps.ts';
import { takeBack } from '../take-back.ts';

const RAW_PREFIX = 'raw/stack';

interface ControlOptions extends TargetOptions {
  port?: number;
  webApiPort?: number;
  eventWebhookUrl?: string;
  json?: boolean;
}

export const controlCommand = (_finish: (code: number) => void) =>
  withTargetOptions(new Command('control'))
    .description(
      'holds a stack up, with its control API, until Ctrl-C; `load` and the k6 scripts then use it',
    )
    .addOption(new Option('--port <n>', 'port of the control API (default: a free one)').argParser(parsePort))
    .addOption(
      new Option('--web-api-port <n>', 'embedded: port of web-api (default: a free one)').argParser(
        parsePort,
      ),
    )
    .addOption(eventWebhookOption())
    .addOption(jsonOption())
    .action(
      ({ port = 0, webApiPort, eventWebhookUrl, json = false, keep = false, ...options }: ControlOptions) =>
        interruptible(async (signal) => {
          needEmbedded(options.target, { eventWebhookUrl });
          const choice =
            options.target === 'docker'
              ? dockerChoice({ stack: options.stack, keep })
              : embeddedChoice({
                  stateDir: places.stack('stack'),
                  rawPrefix: RAW_PREFIX,
                  webApiPort,
                  eventWebhookUrl,
                });
          let target: Target | undefined;
          let control: Control | undefined;
          try {
            await runSteps({
              json,
              steps: [
                {
                  title: 'Programs',
                  run: async (update) => {
                    await choice.prepare({ update, signal });
                  },
                },
                {
                  title: 'Stack',
                  run: async (update) => {
                    target = await choice.make({ update, signal });
                    await target.start();
                    control = await Control.start({ target, port });
                    if (target.found) return 'was up';
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
              rawPrefix: choice.rawPrefix,
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

${target.found || keep ? 'Ctrl-C takes back what changes have left, and ends the control API; the stack stays up.' : 'Ctrl-C stops the stack.'}`);
            if (!signal.aborted) await once(signal, 'abort');
          } finally {
            await removeHeldStack();
            try {
              if (control && target instanceof DockerTarget && target.staysUp)
                tell({ taken: await takeBack(control), json });
            } finally {
              await control?.close();
              await target?.stop();
            }
          }
        }),
    );

/** What a stack that stays up was left with, and has no more. */
function tell({ taken, json }: { taken: readonly string[]; json: boolean }): void {
  if (json) console.log(JSON.stringify({ taken_back: taken }));
  else console.log(taken.length === 0 ? 'nothing to take back' : `taken back: ${taken.join(', ')}`);
}
