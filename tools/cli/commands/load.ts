import { join } from 'node:path';
import { Command } from 'commander';
import { openStore } from '../../../converters/store/open.ts';
import { putTruth } from '../../../converters/truth/record.ts';
import { countersSince, readCounters } from '../../../infra/collector/counters.ts';
import { collectorQuiet } from '../../../loadtests/campaign/collector-quiet.ts';
import { lossCounters, openRun } from '../../../loadtests/campaign/open-run.ts';
import { planHash } from '../../../loadtests/campaign/plan/canonical.ts';
import { drainQueue } from '../../../loadtests/campaign/queue-drain.ts';
import { sendTraffic } from '../../../loadtests/campaign/traffic.ts';
import { environmentStack } from '../environment-stack.ts';
import { readHeldStack } from '../held-stack.ts';
import { interruptible } from '../interrupt.ts';
import { nameRun, type TrafficOptions, withTrafficOptions } from '../options.ts';
import { places } from '../places.ts';
import { doing } from '../run/doing.ts';
import { jobOf } from '../run/job.ts';
import { takeOverSteps } from '../run/take-over.ts';
import { parseScenario } from '../scenarios.ts';
import { runSteps } from '../steps.ts';
import { VERSION } from '../version.ts';

export const loadCommand = (finish: (code: number) => void) =>
  withTrafficOptions(new Command('load'))
    .description(
      'runs a scenario against the stack that is up, as a run of its own that can then be converted',
    )
    .argument('<scenario>', 'which script of loadtests/scenarios, such as 01-steady', parseScenario)
    .action((scenario: string, options: TrafficOptions) =>
      interruptible(async (signal, interrupt) => {
        const { runner, json = false } = options;
        const { runId, seed } = nameRun(options);
        const stack = environmentStack() ?? (await readHeldStack());
        const { script, plan, rate, durationS, command } = jobOf({
          ...{ door: 'load', target: stack.target, scenario, seed },
          rate: options.rate,
          durationS: options.duration,
        });
        const raw = openStore('s3://raw', {
          endpoint: stack.s3.endpoint,
          credentials: { accessKeyId: stack.s3.access_key, secretAccessKey: stack.s3.secret_key },
        });
        const run = await openRun({
          ...{ raw, runId, seed },
          target: stack.target,
          rawPrefix: stack.raw_prefix,
          ...(plan ? { timeScale: plan.time_scale, planHash: planHash(plan) } : {}),
        });
        const startMs = Date.now();
        const before = await readCounters(stack.collector_counters);
        let complete = false;
        let sent: Awaited<ReturnType<typeof sendTraffic>> | undefined;
        try {
          await runSteps({
            json,
            steps: [
              ...takeOverSteps(run),
              {
                title: `Traffic of ${scenario}: ${rate} requests/s for ${durationS} s, seed ${seed}`,
                run: async (update) => {
                  sent = await interrupt.part('ending the traffic', (soft, cutOff) =>
                    sendTraffic({
                      ...{ raw, runId, script, scenario, runner, seed, rate, durationS, command, plan },
                      stack: {
                        webApiUrl: stack.web_api,
                        controlUrl: stack.control.url,
                        controlToken: stack.control.token,
                      },
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
                  const metricsUrl = `${stack.payment_worker}/metrics`;
                  await drainQueue({ metricsUrl, token: stack.metrics_token, signal });
                  const endMs = Date.now();
                  const collector = await collectorQuiet({ url: stack.collector_counters, signal });
                  if (sent.truth) await putTruth({ raw, truth: sent.truth });
                  await run.complete({
                    window: { start_ms: startMs, end_ms: endMs },
                    drainedMs: Date.now(),
                    traffic: sent.traffic,
                    counters: lossCounters({
                      load: sent.result,
                      collector: countersSince(before, collector),
                    }),
                    versions: { faultline: VERSION, node: process.versions.node, ...stack.versions },
                  });
                  complete = true;
                },
              },
            ],
          });
        } finally {
          if (!complete) await run.abandon().catch(() => {}); // the stack may be gone, which is the error to tell
        }
        finish(sent?.interrupted ? 130 : (sent?.result.exitCode ?? 1));
        if (json) console.log(JSON.stringify({ run_id: runId, seed, summary: sent?.result.summary }));
        else
          console.log(
            `${sent?.result.text}\nrun ${runId}\nnext: npx faultline convert ${runId} && npx faultline seal ${runId} && npx faultline fetch ${runId}`,
          );
      }),
    );
