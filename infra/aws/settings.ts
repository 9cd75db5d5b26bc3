import {
  type ByComponent,
  byComponent,
  type Get,
  invalid,
  isObject,
  isWhole,
  parsed,
} from '../container/read-settings.ts';
import { imageOf, readStackSettings, type StackSettings } from '../container/stack-settings.ts';
import type { ComponentName } from '../topology/component.ts';

/** Parts of the stack whose data `destroy` can be told to leave. */
export const PROTECTABLE = ['raw', 'datasets'] as const;
export type Protectable = (typeof PROTECTABLE)[number];

export interface AwsSettings extends StackSettings {
  readonly region: string;
  /** Of the credentials' files; '' for what the environment says. */
  readonly profile: string;
  /** Value of the tag `storefront:run` of everything. */
  readonly run: string;
  /** An e-mail address: value of the tag `storefront:owner`, and who is told when the budget is used up. */
  readonly owner: string;
  /** Networks in CIDR notation from which web-api can be reached over the internet; none, unless it is set. */
  readonly allow: readonly string[];
  /** ARN of the certificate (ACM) of the load balancer that the internet sees; '' where there is none. */
  readonly certificate: string;
  /** A name that the certificate is for, and that leads to that load balancer; '' where there is none. */
  readonly host: string;
  readonly protect: readonly Protectable[];
  /** US dollars a month of the whole account. */
  readonly budget: number;
  /** For how many days what the log groups hold is kept. */
  readonly logDays: number;
  /** 1024 is one virtual processor. */
  readonly cpu: ByComponent<number>;
  readonly architecture: 'X86_64' | 'ARM64';
  readonly databaseClass: string;
  readonly cacheNodeType: string;
  readonly logRouterImage: string;
  /** The k6 image of whoever wants k6 to make the load; '' for the bundled runner. */
  readonly k6Image: string;
}

/** Processor units that a Fargate task can have. */
export const FARGATE_CPU = [256, 512, 1024, 2048, 4096] as const;
const LOG_DAYS = [1, 3, 5, 7, 14, 30, 60, 90] as const;
const LOG_ROUTER = 'public.ecr.aws/aws-observability/aws-for-fluent-bit:3.4.16';

/**
 * @param get the text of a key of the project's configuration, JSON for what is a list or goes by component
 * @param aws likewise of the provider's (`aws:region`)
 * @throws COMPONENT_UNKNOWN, RELEASE_UNKNOWN, REPLICAS_INVALID, SETTING_INVALID
 */
export function readAwsSettings(get: Get, { aws, stack }: { aws: Get; stack: string }): AwsSettings {
  const settings: AwsSettings = {
    ...readStackSettings(get),
    region: aws('region') ?? '',
    profile: aws('profile') ?? '',
    run: get('run') ?? stack,
    owner: get('owner') ?? '',
    allow: listOf(get, 'allow', cidrOf),
    certificate: get('certificate') ?? '',
    host: get('host') ?? '',
    protect: listOf(get, 'protect', protectableOf),
    budget: numberOf(get, 'budget', 100),
    logDays: numberOf(get, 'logDays', 14),
    cpu: byComponent(get, 'cpu', cpuOf),
    architecture: architectureOf(get('architecture') ?? 'X86_64'),
    databaseClass: get('databaseClass') ?? 'db.t4g.micro',
    cacheNodeType: get('cacheNodeType') ?? 'cache.t4g.micro',
    logRouterImage: imageOf(get, 'logRouter', LOG_ROUTER),
    k6Image: get('k6Image') === undefined ? '' : imageOf(get, 'k6', ''),
  };
  check(settings);
  return settings;
}

function check({ prefix, region, run, owner, allow, certificate, logDays, ...more }: AwsSettings): void {
  // the bucket's name has account and region, too, and 63 characters
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(prefix) || prefix.length > 20)
    throw invalid(
      'faultline:prefix must be words of a-z and 0-9 with - between them, up to 20 characters',
      prefix,
    );
  if (/^(internal|sg|aws|sthree|amzn)(-|$)/.test(prefix))
    throw invalid(
      'faultline:prefix must not begin as names that AWS keeps for itself: internal, sg, aws, sthree, amzn',
      prefix,
    );
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region))
    throw invalid('aws:region must be one (pulumi config set aws:region eu-central-1 --stack aws)', region);
  if (/^(cn|us-iso\w*|eu-isoe)-/.test(region))
    throw invalid('aws:region must be one whose services have names below amazonaws.com', region);
  if (!/^[\w.:/=+@-]{1,128}$/.test(run))
    throw invalid('faultline:run must be the value of a tag: letters, digits and . : / = + - @ _', run);
  if (!/^[\w.+-]+@[\w-]+(\.[\w-]+)+$/.test(owner))
    throw invalid(
      'faultline:owner must be the e-mail address that is told when the budget is used up (pulumi config set faultline:owner you@example.org --stack aws)',
      owner,
    );
  if (allow.length > 0 && !/^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/[\w-]+$/.test(certificate))
    throw invalid(
      'faultline:certificate must be the ARN of a certificate in ACM where faultline:allow lets somebody in: nothing is served unencrypted over the internet',
      certificate,
    );
  if (allow.length > 0 && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(more.host))
    throw invalid(
      'faultline:host must be a name that faultline:certificate is for, such as shop.example.org, where faultline:allow lets somebody in',
      more.host,
    );
  if (!(LOG_DAYS as readonly number[]).includes(logDays))
    throw invalid(`faultline:logDays must be one of ${LOG_DAYS.join(', ')}`, logDays);
  if (!/^db\.[a-z0-9]+\.[a-z0-9]+$/.test(more.databaseClass))
    throw invalid('faultline:databaseClass must be a class of RDS, such as db.t4g.micro', more.databaseClass);
  if (!/^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(more.cacheNodeType))
    throw invalid(
      'faultline:cacheNodeType must be one of ElastiCache, such as cache.t4g.micro',
      more.cacheNodeType,
    );
}

function listOf<T>(get: Get, key: string, read: (value: unknown) => T): readonly T[] {
  const text = get(key) ?? '[]';
  const value = parsed(text);
  if (!Array.isArray(value)) throw invalid(`faultline:${key} must be a list in JSON`, text);
  return value.map(read);
}

function cidrOf(value: unknown): string {
  const [, address = '', bits] = /^([\d.]+)\/(\d+)$/.exec(String(value)) ?? [];
  const octets = address.split('.');
  const known =
    octets.length === 4 && octets.every((octet) => /^\d{1,3}$/.test(octet) && Number(octet) < 256);
  if (!known || Number(bits) < 16 || Number(bits) > 32)
    throw invalid(
      'faultline:allow must be IPv4 networks of /16 to /32, such as 198.51.100.0/24; the whole internet is none',
      value,
    );
  return String(value);
}

function protectableOf(value: unknown): Protectable {
  const found = PROTECTABLE.find((name) => name === value);
  if (found === undefined) throw invalid(`faultline:protect must be of ${PROTECTABLE.join(', ')}`, value);
  return found;
}

function numberOf(get: Get, key: string, fallback: number): number {
  const value = Number(get(key) ?? fallback);
  if (!isWhole(value)) throw invalid(`faultline:${key} must be a whole number above 0`, get(key));
  return value;
}

function cpuOf(name: ComponentName, value: unknown): number {
  if (isObject(value) || !(FARGATE_CPU as readonly unknown[]).includes(value))
    throw invalid(`faultline:cpu of ${name} must be one of ${FARGATE_CPU.join(', ')}`, value);
  return value as number;
}

function architectureOf(text: string): AwsSettings['architecture'] {
  if (text !== 'X86_64' && text !== 'ARM64')
    throw invalid(
      'faultline:architecture must be X86_64 or ARM64, that of the machine that builds the images',
      text,
    );
  return text;
}
