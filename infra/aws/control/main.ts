import { once } from 'node:events';
import { Control } from '../../control/control.ts';
import { addressAt, readAwsOptions } from '../runtime/options.ts';
import { AwsTarget } from '../target.ts';

/** ECS waits 30 s (the definition's `stopTimeout`) until it kills. */
const LEAVE_MS = 10_000;

/**
 * The control API as a task of ECS, in the stack's own network: changes services, and hands on what becomes of their tasks.
 * Environment: readAwsOptions, and FAULTLINE_CONTROL_URL, where others reach it and whose port it listens at. It listens on all
 * interfaces of its task, which a security group closes to all but the load; the token is asked for as everywhere.
 */
async function main(env: NodeJS.ProcessEnv): Promise<void> {
  const options = readAwsOptions(env);
  const { host: name, port } = addressAt(env.FAULTLINE_CONTROL_URL);
  const target = new AwsTarget(options);
  // it listens at once: ECS ends a task that is not healthy long before `start` gives up waiting for the services
  const ready = target.start();
  let control: Control | undefined;
  try {
    control = await Control.start({ target, port, on: { host: '0.0.0.0', name }, ready });
    await ready;
    const { url } = control.address;
    console.log(JSON.stringify({ msg: 'control API', url, versions: target.versions() }));
    await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  } finally {
    await control?.close();
    await target.stop({ signal: AbortSignal.timeout(LEAVE_MS) });
  }
}

main(process.env).catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
