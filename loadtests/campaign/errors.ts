/** Everything that can end the planning and the recording of a run. */
export class CampaignError extends Error {
  readonly code:
    | 'INVALID_PLAN'
    | 'TRAFFIC_FAILED'
    | 'QUEUE_NOT_EMPTY'
    | 'COLLECTOR_NOT_QUIET'
    | 'LOAD_NOT_ORDERED'
    | 'LOAD_TASK_FAILED';
  constructor(code: CampaignError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CampaignError';
    this.code = code;
  }
}
