import * as aws from '@pulumi/aws';
import * as docker from '@pulumi/docker';
import * as pulumi from '@pulumi/pulumi';
import { type BuiltImage, builtImage } from '../container/container-images.ts';
import { contextHash } from '../container/context-hash.ts';
import { named, type Place } from './place.ts';
import { toolsContext } from './tools-context.ts';

export const IMAGE_NAMES = ['services', 'collector', 'prometheus', 'log-router', 'tools'] as const;
export type ImageName = (typeof IMAGE_NAMES)[number];

const FOLDER = new URL('images/', import.meta.url).pathname;

/** Not only the last one: what control has made of a task definition goes on with the image that it found. */
const KEPT = 10;
const KEEP_LAST = {
  rules: [
    {
      ...{ rulePriority: 1, description: `the last ${KEPT} images` },
      selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: KEPT },
      action: { type: 'expire' },
    },
  ],
};

interface Source {
  readonly build: docker.types.input.RemoteImageBuild;
  readonly tag: string;
}

/** Images are built on the machine of whoever deploys, pushed to registries of the stack, and named by their digest from then on. */
export class Images {
  readonly #place: Place;
  readonly #key: aws.kms.Key;
  readonly #registry: docker.Provider;
  readonly #repositories: aws.ecr.Repository[] = [];
  readonly #made = new Map<ImageName, pulumi.Output<string>>();

  constructor(place: Place, key: aws.kms.Key) {
    this.#place = place;
    this.#key = key;
    const token = aws.ecr.getAuthorizationTokenOutput({ registryId: place.account }, place.options);
    this.#registry = new docker.Provider(named(place, 'registry'), {
      registryAuth: [
        { address: token.proxyEndpoint, username: token.userName, password: pulumi.secret(token.password) },
      ],
    });
    for (const name of IMAGE_NAMES) this.#made.set(name, this.#make(name));
  }

  /** `<repository>@<digest>` */
  of(name: ImageName): pulumi.Output<string> {
    const image = this.#made.get(name);
    if (image === undefined) throw new TypeError(`no image is called ${name}`);
    return image;
  }

  arns(): pulumi.Output<string[]> {
    return pulumi.all(this.#repositories.map(({ arn }) => arn));
  }

  #make(what: ImageName): pulumi.Output<string> {
    const name = named(this.#place, what);
    const repository = new aws.ecr.Repository(
      name,
      {
        name,
        imageTagMutability: 'IMMUTABLE',
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: 'KMS', kmsKey: this.#key.arn }],
        forceDelete: true,
      },
      this.#place.options,
    );
    this.#repositories.push(repository);
    new aws.ecr.LifecyclePolicy(
      name,
      { repository: repository.name, policy: JSON.stringify(KEEP_LAST) },
      this.#place.options,
    );
    const { build, tag } = sourceOf(what, this.#place);
    const image = new docker.RemoteImage(name, {
      name: pulumi.interpolate`${repository.repositoryUrl}:${tag}`,
      build: { ...build, platform: platformOf(this.#place) },
      keepLocally: false,
    });
    const pushed = new docker.RegistryImage(
      name,
      // The repository takes it along when it goes. A tag is that of a content: what is built again elsewhere is not pushed again,
      // since no tag can be given twice.
      { name: image.name, keepRemotely: true },
      { provider: this.#registry },
    );
    return pulumi.interpolate`${repository.repositoryUrl}@${pushed.sha256Digest}`;
  }
}

const platformOf = ({ settings }: Place): string =>
  settings.architecture === 'ARM64' ? 'linux/arm64' : 'linux/amd64';

function sourceOf(what: ImageName, place: Place): Source {
  const { settings } = place;
  switch (what) {
    case 'log-router':
      return logRouter(place, platformOf(place));
    case 'tools': {
      const { node } = settings.images;
      const buildArgs = { NODE_IMAGE: node, K6_IMAGE: settings.k6Image || node };
      const salt = `${JSON.stringify(buildArgs)} ${platformOf(place)}`;
      const { folder, tag } = toolsContext({ stack: pulumi.getStack(), salt });
      return { build: { context: folder, buildArgs }, tag };
    }
    default:
      return ofStack(what, place);
  }
}

/** A tag cannot be given to another image: what is built for another platform has another one. */
function ofStack(what: BuiltImage, place: Place): Source {
  const { build, tag } = builtImage(what, place.settings);
  return { build, tag: `${tag}-${place.settings.architecture.toLowerCase()}` };
}

function logRouter({ settings }: Place, platform: string): Source {
  const paths = ['log-router.Dockerfile', 'log-router.conf'];
  const buildArgs = { IMAGE: settings.logRouterImage };
  const salt = `${settings.logRouterImage} ${platform}`;
  return {
    build: { context: FOLDER, dockerfile: 'log-router.Dockerfile', buildArgs },
    tag: contextHash({ root: FOLDER, paths, salt }).slice(0, 12),
  };
}
