import type { Arns } from './arns.ts';
import { documentOf, type Grant, type PolicyDocument, type Statement } from './document.ts';
import { grantsOf, ROLES_INSIDE } from './roles/grants-of.ts';

/**
 * What may be asked of a service of AWS over its endpoint in the network: what the roles of the tasks there may, and nothing by keys
 * of another account that somebody brings along.
 * @param service as in the name of the endpoint: `s3`, `ecr.api`
 */
export function endpointPolicy(service: string, at: Arns): PolicyDocument {
  const [prefix = ''] = service.split('.');
  const grants = ROLES_INSIDE.flatMap((role) => grantsOf(role, at)).flatMap((grant) =>
    ofService(grant, prefix),
  );
  return documentOf([
    ...grants.map(
      (grant, i): Statement => ({
        Sid: `${grant.sid}${i}`,
        Effect: 'Allow',
        Principal: '*',
        Action: grant.actions,
        Resource: grant.resources,
        Condition: { StringEquals: { 'aws:PrincipalAccount': [at.accountId] } },
      }),
    ),
    ...(service === 's3' ? [imageLayers(at)] : []),
  ]);
}

function ofService(grant: Grant, prefix: string): Grant[] {
  const actions = grant.actions.filter((action) => action.startsWith(`${prefix}:`));
  return actions.length > 0 ? [{ ...grant, actions }] : [];
}

/** ECR keeps layers in a bucket of its own, and hands out signed addresses there (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html). */
const imageLayers = ({ partition, region }: Arns): Statement => ({
  Sid: 'ImageLayers',
  Effect: 'Allow',
  Principal: '*',
  Action: ['s3:GetObject'],
  Resource: [`arn:${partition}:s3:::prod-${region}-starport-layer-bucket/*`],
});
