import * as pulumi from '@pulumi/pulumi';
import { ownLabels } from './labels.ts';
import { idsInState, removeOrphans } from './orphans.ts';
import { secretsOf } from './secrets-file.ts';
import { readSettings } from './settings.ts';
import { dockerStack } from './stack.ts';

/** The stack on a Docker engine. What an update that was killed has left is removed before anything is made; a preview changes nothing. */
export async function dockerProgram(): Promise<ReturnType<typeof dockerStack>> {
  if (!pulumi.runtime.isDryRun()) {
    const stack = pulumi.getStack();
    const config = new pulumi.Config('faultline');
    const { prefix } = readSettings((key) => config.get(key));
    const removed = await removeOrphans({
      labels: ownLabels({ prefix, stack, secrets: secretsOf(stack) }),
      known: () => idsInState(`${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`),
    });
    if (removed.length > 0)
      await pulumi.log.info(`removed what an update that was killed had left: ${removed.join(', ')}`);
  }
  return dockerStack();
}
