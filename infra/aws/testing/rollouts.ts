import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Service } from '@aws-sdk/client-ecs';

const JSON_TYPE = { 'content-type': 'application/x-amz-json-1.1' };
const DENIED = JSON.stringify({ __type: 'AccessDeniedException', message: 'the role may not' });
const API = 'AmazonEC2ContainerServiceV20141113.';

/** What becomes of a service that is to run this definition. */
export type Becomes = (definition: string) => 'COMPLETED' | 'FAILED' | 'IN_PROGRESS';

/** Calls that are answered as by an account that may not; told the names of all until then, this one the last. */
export type Refuses = (call: string, asked: readonly string[]) => boolean;

export type Health = (task: number) => 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';

interface Rollouts {
  readonly endpoint: string;
  /** Names of the calls, in order. */
  readonly asked: string[];
}

/**
 * A stand-in for the one thing that moto's ECS lacks: its services never roll out. Stands between a client and moto, hands
 * every request on, and tells deployments as ECS would: of each update the first look finds it under way, and the second
 * finds it done, failed, or still under way, as `becomes` says. An update of the count alone is no deployment, and is as
 * done as before at the first look; the tasks that come by it are as healthy as `health` says.
 */
export async function startRollouts(
  t: TestContext,
  {
    moto,
    becomes,
    refuses = () => false,
    health = () => 'HEALTHY',
  }: {
    moto: string;
    becomes: Becomes;
    refuses?: Refuses;
    /** Of the nth task of a service, from 1. */
    health?: Health;
  },
): Promise<Rollouts> {
  /** Of the present update of each service, how often it was looked at. */
  const looks = new Map<string, number>();
  const desired = new Map<string, number>();
  const asked: string[] = [];
  const server = http.createServer(async (request, response) => {
    const body = await bodyOf(request);
    const call = String(request.headers['x-amz-target'] ?? '').replace(API, '');
    asked.push(call);
    if (refuses(call, asked)) return void response.writeHead(400, JSON_TYPE).end(DENIED);
    const tasks = tasksAsked(call, body, { desired, health });
    if (tasks) return void response.writeHead(200, JSON_TYPE).end(JSON.stringify(tasks));
    const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
    const answer = await fetch(moto + request.url, {
      method: request.method ?? 'POST',
      headers: headers as Record<string, string>,
      body,
    }).catch(() => undefined);
    if (!answer) return void response.destroy(); // moto has ended, with the test
    const text = await answer.text();
    if (call === 'UpdateService' && answer.ok) {
      const update = JSON.parse(body) as Update;
      if (update.desiredCount !== undefined) desired.set(update.service, update.desiredCount);
      if (update.taskDefinition !== undefined || update.forceNewDeployment) looks.set(update.service, 0);
    }
    response.writeHead(answer.status, JSON_TYPE);
    response.end(call === 'DescribeServices' && answer.ok ? rolledOut(text, { looks, becomes }) : text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

interface Update {
  readonly service: string;
  readonly desiredCount?: number;
  readonly taskDefinition?: string;
  readonly forceNewDeployment?: boolean;
}

/** The running tasks of a service, which moto does not start; undefined for any other question. */
function tasksAsked(
  call: string,
  body: string,
  { desired, health }: { desired: ReadonlyMap<string, number>; health: Health },
): object | undefined {
  if (call !== 'ListTasks' && call !== 'DescribeTasks') return undefined;
  const { cluster, serviceName, desiredStatus, tasks } = JSON.parse(body) as Record<string, string> & {
    tasks?: string[];
  };
  const prefix = `arn:aws:ecs:us-east-1:123456789012:task/${cluster}/of-`;
  if (serviceName && desiredStatus !== 'STOPPED') {
    const numbers = Array.from({ length: desired.get(serviceName) ?? 1 }, (_, index) => index + 1);
    return { taskArns: numbers.map((number) => `${prefix}${serviceName}-${number}`) };
  }
  if (!tasks?.[0]?.startsWith(prefix)) return undefined;
  const described = tasks.map((taskArn) => ({
    ...{ taskArn, lastStatus: 'RUNNING', containers: [] },
    healthStatus: health(Number(taskArn.split('-').at(-1))),
  }));
  return { tasks: described };
}

function rolledOut(
  text: string,
  { looks, becomes }: { looks: Map<string, number>; becomes: Becomes },
): string {
  const answer = JSON.parse(text) as { services: Service[] };
  const services = answer.services.map((service) => {
    const { serviceName = '', taskDefinition = '', desiredCount = 0 } = service;
    const look = looks.get(serviceName) ?? 1;
    looks.set(serviceName, look + 1);
    const state = look === 0 ? 'IN_PROGRESS' : becomes(taskDefinition);
    const primary = {
      ...{ id: service.deployments?.[0]?.id, status: 'PRIMARY' },
      ...{ taskDefinition, desiredCount, rolloutState: state },
      rolloutStateReason: `ECS deployment circuit breaker: ${state}`,
      runningCount: state === 'COMPLETED' ? desiredCount : 0,
      failedTasks: state === 'FAILED' ? 3 : 0,
    };
    return { ...service, deployments: [primary] };
  });
  return JSON.stringify({ ...answer, services });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
