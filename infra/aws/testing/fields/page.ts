import { readSettings } from '../../../docker/settings.ts';
import { surroundingsOf as onDocker } from '../../../docker/surroundings.ts';
import { makeSecrets } from '../../../secrets.ts';
import { componentOf } from '../../../topology.ts';
import {
  elasticacheParameters,
  NOT_IN_ELASTICACHE,
  NOT_IN_RDS,
  type Parameter,
  rdsParameters,
} from '../../server-parameters.ts';
import { compare, type Row } from './compare.ts';
import { dockerFields } from './docker.ts';
import { ecsFields } from './ecs.ts';
import { unnamed } from './fields.ts';

/** `docs/aws-fields.md`, from both programs as they are. */
export async function fieldsPage(): Promise<string> {
  const rows = compare({ docker: await dockerFields(), aws: await ecsFields() });
  const components = [...new Set(rows.map(({ component }) => component))];
  return `<!-- Generated from both Pulumi programs by \`npm run docs\`; a test compares. -->
# The same component on Docker and on AWS

What a container gets on the docker target and a task on the aws one, field by field, from one topology. Where the last column is empty, both
are the same; a difference that has no reason there fails a test (\`npm test -- infra/aws/fields\`). \`{name}\` stands for a secret: Docker has
it in the environment, ECS gets it from Secrets Manager. Both programs run under Pulumi's mocks here; nothing was deployed for this page.

${components.map((component) => section(component, rows)).join('\n\n')}

## Settings of the servers

Docker starts the servers with these settings; RDS and ElastiCache take them as parameter groups, in units of their own.

${serverTable()}
`;
}

function section(component: string, rows: readonly Row[]): string {
  const own = rows.filter((row) => row.component === component);
  const lines = own.map(({ field, docker, aws, why }) => line([field, code(docker), code(aws), why ?? '']));
  return [`## ${component}`, '', ...HEAD(['field', 'docker', 'aws', 'why']), ...lines].join('\n');
}

/** Servers that AWS manages, with what it makes of a setting or why it does not take it. */
function serverTable(): string {
  const secrets = makeSecrets();
  const lines = (['postgres', 'cache', 'queue'] as const).flatMap((name) => {
    const component = componentOf(name);
    const settings =
      component.settings?.(onDocker(component, { settings: readSettings(() => undefined), secrets })) ?? {};
    const isPostgres = name === 'postgres';
    const taken: readonly Parameter[] = isPostgres
      ? rdsParameters(settings)
      : elasticacheParameters(settings);
    const left = isPostgres ? NOT_IN_RDS : NOT_IN_ELASTICACHE;
    const value = (setting: string) => taken.find((parameter) => parameter.name === setting)?.value;
    const more = taken.filter((parameter) => !Object.hasOwn(settings, parameter.name));
    return [
      ...Object.entries(settings).map(([setting, text]) =>
        line([name, setting, code(unnamed(text, { ...secrets })), code(value(setting)), left[setting] ?? '']),
      ),
      ...more.map(({ name: setting, value: text }) =>
        line([name, setting, '', code(text), 'nothing but TLS is spoken']),
      ),
    ];
  });
  return [...HEAD(['server', 'setting', 'docker', 'aws', 'why']), ...lines].join('\n');
}

const HEAD = (names: readonly string[]) => [line(names), line(names.map(() => '---'))];
const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
const code = (text: string | undefined) =>
  text === undefined || text === '' ? '' : `\`${text.replaceAll('|', '\\|').replaceAll('`', "'")}\``;
