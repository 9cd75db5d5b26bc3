/** `npm run build:lambda`: the Lambda function, ready to be zipped, in `dist/lambda`. */
import { bundleLambda, bundleText } from './bundle.ts';

console.log(bundleText(await bundleLambda()));
