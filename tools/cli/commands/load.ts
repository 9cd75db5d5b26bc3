import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { putTruth } from '../../../converters/truth/record.ts';
import { lossCounters, openRun } from '../../../loadtests/campaign/open-run.ts';
import { planHash } from '../../../loadtests/campaign/plan/canonical.ts';
import { sendTraffic } from '../../../loadtests/campaign/traffic.ts';
import { environmentStack } from '../environment-stack.ts';
import { CliError } from '../errors.ts';
import { readHeldStack } from '../held-stack.ts';
import { interruptible } from '../interrupt.ts';
import { awsAccess, awsStack } from '../load/aws-stack.ts';
import { nearStack, type StackUnderLoad } from '../load/stack-under-load.ts';
import { nameRun, type TrafficOptions, withTrafficOptions } from '../options.ts';
import { places } from '../places.ts';
import { doing } from '../run/doing.ts';
import { jobOf } from '../run/job.ts';
import { takeOverSteps } from '../run/take-over.ts';
import { parseScenario } from '../scenarios.ts';
import { runSteps } from '../steps.ts';
import { VERSION } from '../version.ts';

interface LoadOptions extends TrafficOptions {
  target?: 'aws';
  segments?: number;
}

/** One question to ECS is about 100 tasks at most; how many a new account may start is less (docs/aws.md). */
const MOST_SEGMENTS = 64;

export const loadCommand = (finish: (code: number) => void) =>
  withTrafficOptions(new Command('load'))
    .description(
      'runs a scenario against the stack that is up, as a run of its own that can then be converted',
    )
    .argument('<scenario>', 'which script of loadtests/scenarios, such as 01-steady', parseScenario)
    .addOption(
      new Option(
        '--target <name>',
        'aws: traffic from tasks in the network of the stack whose outputs are in the environment',
      ).choices(['aws']),
    )
    .addOption(
      new Option('--segments <n>', 'aws: how many tasks share the traffic (default: 1)').argParser(
        parseSegments,
      ),
    )
    .action((scenario: string, options: LoadOptions) =>
      interruptible(async (signal, interrupt) => {
        const { runner, json = false } = options;
        const { runId, seed } = nameRun(options);
        const stack = await stackOf(options);
        const { script, plan, rate, durationS, command } = jobOf({
          ...{ door: 'load', target: stack.target, scenario, seed },
          rate: options.rate,
          durationS: options.duration,
          segments: options.target === 'aws' ? (options.segments ?? 1) : undefined,
        });
        const { raw } = stack;
        const run = await openRun({
          ...{ raw, runId, seed },
          target: stack.target,
          rawPrefix: stack.rawPrefix,
          ...(plan ? { timeScale: plan.time_scale, planHash: planHash(plan) } : {}),
        });
        const startMs = Date.now();
        let complete = false;
        let sent: Awaited<ReturnType<typeof sendTraffic>> | undefined;
        try {
          await stack.begin();
          await runSteps({
            json,
            steps: [
              ...takeOverSteps(run),
              {
                title: `Traffic of ${scenario}: ${rate} requests/s for ${durationS} s, seed ${seed}`,
                run: async (update) => {
                  sent = await interrupt.part('ending the traffic', (soft, cutOff) =>
                    sendTraffic({
                      ...{ raw, runId, script, scenario, seed, rate, durationS, command, plan },
                      load: stack.load({ runId, scenario, runner }),
                      folder: join(places.stack('stack'), 'client', runId),
                      ...{ signal: soft, cutOff },
                      onProgress: (progress) => update(doing({ progress, durationS, plan })),
                    }),
                  );
                },
              },
              {
                title: 'Draining',
                run: async () => {
                  if (!sent) return;
                  const { endMs, drainedMs, collector, versions } = await stack.drained({ runId, signal });
                  if (sent.truth) await putTruth({ raw, truth: sent.truth });
                  await run.complete({
                    window: { start_ms: startMs, end_ms: endMs },
                    drainedMs,
                    traffic: sent.traffic,
                    counters: lossCounters({ load: sent.result, collector }),
                    versions: { faultline: VERSION, node: process.versions.node, ...versions },
                  });
                  complete = true;
                },
              },
            ],
          });
        } finally {
          if (!complete) await run.abandon().catch(() => {}); // the stack may be gone, which is the error to tell
          stack.close();
        }
        finish(sent?.interrupted ? 130 : (sent?.result.exitCode ?? 1));
        if (json) console.log(JSON.stringify({ run_id: runId, seed, summary: sent?.result.summary }));
        else
          console.log(
            `${sent?.result.text}\nrun ${runId}\nnext: npx faultline convert ${runId} && npx faultline seal ${runId} && npx faultline fetch ${runId}`,
          );
      }),
    );

/** @throws OPTION_INVALID, ENVIRONMENT_INCOMPLETE, STACK_NOT_FOUND */
async function stackOf({ target, segments }: LoadOptions): Promise<StackUnderLoad> {
  if (target === 'aws') return awsStack({ access: awsAccess(), segments: segments ?? 1 });
  if (segments !== undefined)
    throw new CliError(
      'OPTION_INVALID',
      '--segments is for --target aws: elsewhere all traffic comes from here',
    );
  return nearStack(environmentStack() ?? (await readHeldStack()));
}

function parseSegments(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > MOST_SEGMENTS)
    throw new InvalidArgumentError(`segments are a whole number from 1 to ${MOST_SEGMENTS}, got "${text}".`);
  return count;
}
