import { ConverterError } from '../errors.ts';
import { openStore } from '../store/open.ts';
import { lambdaHandler } from './handler.ts';

/**
 * What the bundle exports. `FAULTLINE_RAW` names the raw bucket (`s3://bucket[/prefix]`); region and credentials are those that
 * Lambda gives every function.
 */
const url = process.env.FAULTLINE_RAW;
if (!url) throw new ConverterError('RAW_BUCKET_UNNAMED', 'the function has no raw bucket');

await import('@aws-sdk/client-s3'); // now, and not with the first event

export const handler = lambdaHandler({
  raw: openStore(url),
  log: (line) => console.log(JSON.stringify(line)),
});
