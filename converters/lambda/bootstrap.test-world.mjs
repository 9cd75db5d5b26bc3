// The function's side of the Lambda runtime API, as the managed Node.js runtime has it: loads `_HANDLER` once, then asks for one event after
// another. Needs nothing but Node, so that a bundle is tried with nothing else around. For tests and measurements.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const {
  AWS_LAMBDA_RUNTIME_API: api,
  LAMBDA_TASK_ROOT: folder = '.',
  _HANDLER = 'index.handler',
} = process.env;
const base = `http://${api}/2018-06-01/runtime`;

const tell = (path, error) =>
  fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'lambda-runtime-function-error-type': 'Unhandled' },
    body: JSON.stringify({
      errorType: error?.name ?? 'Error',
      errorMessage: error?.message ?? String(error),
      stackTrace: error?.stack?.split('\n').slice(1) ?? [],
    }),
  });

let handler;
try {
  const [module, name] = _HANDLER.split('.');
  handler = (await import(pathToFileURL(join(folder, `${module}.mjs`)).href))[name];
  if (typeof handler !== 'function') throw new TypeError(`${_HANDLER} is no function`);
} catch (error) {
  await tell('/init/error', error);
  process.exit(1);
}

for (;;) {
  const next = await fetch(`${base}/invocation/next`);
  const awsRequestId = next.headers.get('lambda-runtime-aws-request-id');
  const deadline = Number(next.headers.get('lambda-runtime-deadline-ms'));
  const context = { awsRequestId, getRemainingTimeInMillis: () => deadline - Date.now() };
  try {
    const result = await handler(await next.json(), context);
    await fetch(`${base}/invocation/${awsRequestId}/response`, {
      method: 'POST',
      body: JSON.stringify(result ?? null),
    });
  } catch (error) {
    await tell(`/invocation/${awsRequestId}/error`, error);
  }
}
