/**
 * What ECS tells of a task: the `detail` of an EventBridge event of type `ECS Task State Change`, and with the same names a
 * task of DescribeTasks. Fields that are not used here are left out; times are ISO 8601.
 */
export interface TaskState {
  readonly taskArn: string;
  readonly taskDefinitionArn: string;
  /** `service:<name>`, or `family:<name>` of one that was started by itself. */
  readonly group: string;
  readonly lastStatus: string;
  /** Counts up with each change; of two events with one number one is a repetition. */
  readonly version: number;
  readonly startedAt?: string;
  readonly executionStoppedAt?: string;
  readonly stoppedAt?: string;
  readonly stopCode?: string;
  readonly stoppedReason?: string;
  /** HEALTHY, UNHEALTHY, or UNKNOWN until it is known, and where nothing is asked. */
  readonly healthStatus?: string;
  readonly containers: readonly TaskContainer[];
}

export interface TaskContainer {
  readonly name: string;
  readonly exitCode?: number;
  /** Why it ended, or did not start: `OutOfMemoryError: Container killed due to memory usage`. */
  readonly reason?: string;
}

const TYPE = 'ECS Task State Change';

/** The state in a message of the task-events queue; undefined for any other message. */
export function readTaskState(message: string): TaskState | undefined {
  let event: { 'detail-type'?: unknown; detail?: Partial<TaskState> } | null;
  try {
    event = JSON.parse(message) as typeof event;
  } catch {
    return undefined;
  }
  const { 'detail-type': type, detail } = event ?? {};
  const { taskArn, taskDefinitionArn, group, lastStatus, version } = detail ?? {};
  const texts = [taskArn, taskDefinitionArn, group, lastStatus];
  if (type !== TYPE || typeof version !== 'number' || !texts.every((text) => typeof text === 'string'))
    return undefined;
  return { containers: [], ...detail } as TaskState;
}
