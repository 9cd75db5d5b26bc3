import * as pulumi from '@pulumi/pulumi';
import { invalid } from './container/read-settings.ts';

/** The programs that `pulumi up` runs, by `faultline:target`. Only the chosen one is loaded: the other's provider may not be there. */
const PROGRAMS = {
  docker: async () => (await import('./docker/program.ts')).dockerProgram(),
  aws: async () => (await import('./aws/stack.ts')).awsStack(),
} as const;

const target = new pulumi.Config('faultline').get('target') ?? 'docker';
const program = Object.hasOwn(PROGRAMS, target) ? PROGRAMS[target as keyof typeof PROGRAMS] : undefined;
if (program === undefined)
  throw invalid(`faultline:target must be one of ${Object.keys(PROGRAMS).join(', ')}`, target);

// Its outputs are in capitals: `pulumi stack output --shell` prints them as variables.
export default await program();
