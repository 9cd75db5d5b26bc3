/** `npm run build:lambda`: the Lambda function, ready to be zipped, in `dist/lambda`. */
import { bundle, bundleText } from '../bundle.ts';

console.log(bundleText(await bundle('lambda')));
