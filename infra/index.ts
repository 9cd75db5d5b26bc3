import * as pulumi from '@pulumi/pulumi';
import { ownLabels } from './docker/labels.ts';
import { idsInState, removeOrphans } from './docker/orphans.ts';
import { secretsOf } from './docker/secrets-file.ts';
import { readSettings } from './docker/settings.ts';
import { dockerStack } from './docker/stack.ts';

// What an update that was killed has left is removed before anything is made. A preview changes nothing.
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

// The program that `pulumi up` runs. Its outputs are in capitals: `pulumi stack output --shell` prints them as variables.
export default dockerStack();
