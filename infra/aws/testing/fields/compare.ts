import { ALLOWED, type Allowed } from './allowed.ts';
import type { Fields, FieldsByComponent } from './fields.ts';

/** One field of one component, on both targets. */
export interface Row {
  readonly component: string;
  readonly field: string;
  readonly docker: string | undefined;
  readonly aws: string | undefined;
  /** Why they may differ; '' where they are the same; undefined where they differ and may not. */
  readonly why: string | undefined;
}

/** All fields of all components that run in tasks, in the order in which Docker has them. */
export function compare({
  docker,
  aws,
  allowed = ALLOWED,
}: {
  docker: FieldsByComponent;
  aws: FieldsByComponent;
  allowed?: readonly Allowed[];
}): readonly Row[] {
  return [...aws].flatMap(([component, onAws]) => {
    const onDocker: Fields = docker.get(component) ?? {};
    return [...new Set([...Object.keys(onDocker), ...Object.keys(onAws)])].map((field) => {
      const [here, there] = [onDocker[field], onAws[field]];
      const row = { component, field, docker: here, aws: there };
      return { ...row, why: reasonFor(allowed, row) };
    });
  });
}

function reasonFor(
  allowed: readonly Allowed[],
  { field, docker, aws }: Omit<Row, 'why'>,
): string | undefined {
  const rule = allowed.find(({ fields }) => fields.test(field));
  const isSame = docker === aws;
  if (rule === undefined || (isSame && rule.mayBeSame)) return isSame ? '' : undefined;
  return rule.holds(docker, aws) ? rule.why : undefined;
}
