import { dockerStack } from './docker/stack.ts';

// The program that `pulumi up` runs. Its outputs are in capitals: `pulumi stack output --shell` prints them as variables.
export default dockerStack();
