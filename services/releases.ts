/** A version of a service that can be deployed. */
export interface Release {
  version: string;
  /** name of the bundle in the build's folder, without `.cjs` */
  bundle: string;
  /** source file relative to this folder, when the release has code of its own */
  entry?: string;
}

/** Releases by service, oldest first. The first is what a new stack starts with. */
export const releases: Record<string, readonly Release[]> = {
  'web-api': [
    ...patches('web-api'),
    // Searches come in pages.
    { version: '1.8.2', bundle: 'web-api-1.8.2', entry: 'web-api/releases/1.8.2/main.ts' },
    { version: '1.8.3', bundle: 'web-api-1.8.3', entry: 'web-api/releases/1.8.3/main.ts' },
  ],
  'auth-service': patches('auth-service'),
  'payment-worker': patches('payment-worker'),
  operator: patches('operator'),
};

/** A release and a patch of it that changes nothing: what a deployment by itself does can be seen on these two. */
function patches(service: string): Release[] {
  return [
    { version: '1.8.0', bundle: service },
    { version: '1.8.1', bundle: service },
  ];
}

/** The release `version` of `service`, or undefined when there is none. */
export function findRelease({ service, version }: { service: string; version: string }): Release | undefined {
  return releases[service]?.find((release) => release.version === version);
}
