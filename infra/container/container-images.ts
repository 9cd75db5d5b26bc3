import { CONTEXT_ROOT, contextHash } from './context-hash.ts';
import type { StackSettings } from './stack-settings.ts';

/** Images of the one Dockerfile, by their stages in it. */
export type BuiltImage = 'services' | 'collector' | 'prometheus';

/** How one of them is built, and a tag that is that of its content. */
export function builtImage(target: BuiltImage, { images, prefix }: Pick<StackSettings, 'images' | 'prefix'>) {
  const build = {
    context: CONTEXT_ROOT,
    dockerfile: 'infra/docker/images/Dockerfile',
    target,
    buildArgs: {
      NODE_IMAGE: images.node,
      COLLECTOR_IMAGE: images.collector,
      PROMETHEUS_IMAGE: images.prometheus,
    },
    pullParent: false,
  };
  // Another content is another image, and the one before can go when no container uses it any more.
  const tag = contextHash({ root: CONTEXT_ROOT, salt: JSON.stringify(build.buildArgs) }).slice(0, 12);
  return { build, tag, name: target === 'services' ? prefix : `${prefix}-${target}` };
}
