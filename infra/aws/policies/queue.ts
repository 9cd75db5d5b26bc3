import type { Arns } from './arns.ts';
import { documentOf, type PolicyDocument, type Statement } from './document.ts';

/** The queue of the converter: the raw bucket puts its notifications there, and nobody else anything. */
export const converterQueuePolicy = (
  at: Pick<Arns, 'converterQueue' | 'rawBucket' | 'accountId'>,
): PolicyDocument =>
  documentOf([
    send({
      ...{ queue: at.converterQueue, service: 's3.amazonaws.com', source: at.rawBucket },
      // a bucket's ARN has no account
      account: at.accountId,
    }),
    tlsOnly(at.converterQueue),
  ]);

/** The queue of task events. @param rule ARN of the EventBridge rule that fills it */
export const taskEventsQueuePolicy = (at: Pick<Arns, 'taskEventsQueue'>, rule: string): PolicyDocument =>
  documentOf([
    send({ queue: at.taskEventsQueue, service: 'events.amazonaws.com', source: rule }),
    tlsOnly(at.taskEventsQueue),
  ]);

/** The queue of what could not be converted: SQS itself moves messages there, which needs no permission. */
export const deadQueuePolicy = ({ deadQueue }: Pick<Arns, 'deadQueue'>): PolicyDocument =>
  documentOf([tlsOnly(deadQueue)]);

function send({
  queue,
  service,
  source,
  account,
}: {
  queue: string;
  service: string;
  source: string;
  account?: string;
}): Statement {
  return {
    Sid: 'Send',
    Effect: 'Allow',
    Principal: { Service: service },
    Action: ['sqs:SendMessage'],
    Resource: [queue],
    Condition: {
      ArnEquals: { 'aws:SourceArn': [source] },
      ...(account !== undefined && { StringEquals: { 'aws:SourceAccount': [account] } }),
    },
  };
}

const tlsOnly = (queue: string): Statement => ({
  Sid: 'TlsOnly',
  Effect: 'Deny',
  Principal: '*',
  Action: ['sqs:*'],
  Resource: [queue],
  Condition: { Bool: { 'aws:SecureTransport': ['false'] } },
});
