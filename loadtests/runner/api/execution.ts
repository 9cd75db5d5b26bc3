import type * as official from '../../../node_modules/@types/k6/execution/index.d.ts';
import type { ScenarioRun } from '../engine/scenario.ts';
import { requireVu, type Vu } from '../engine/vu.ts';
import { errors } from '../errors.ts';
import { closed } from './closed.ts';

type Labels = Record<string, number | string | boolean>;
type OfferedVu = Pick<
  typeof official.vu,
  'iterationInInstance' | 'iterationInScenario' | 'idInInstance' | 'idInTest' | 'metrics'
>;

const running = (): ScenarioRun => {
  const { scenario } = requireVu('exec.scenario');
  if (!scenario) throw errors.outsideVu('exec.scenario');
  return scenario;
};

/** The scenario that the running iteration belongs to. */
export const scenario = closed('exec.scenario', {
  get name() {
    return running().plan.name;
  },
  get executor() {
    return running().plan.executor;
  },
  get startTime() {
    return running().startEpochMs;
  },
  get progress() {
    return running().progress();
  },
  get iterationInInstance() {
    running();
    return requireVu('exec.scenario').iterationInInstance;
  },
  get iterationInTest() {
    running();
    return requireVu('exec.scenario').iterationInTest;
  },
} satisfies typeof official.scenario);

/** The VU that runs the calling code. */
export const vu: OfferedVu = closed('exec.vu', {
  get iterationInInstance() {
    return requireVu('exec.vu').iterationInScenario;
  },
  get iterationInScenario() {
    return requireVu('exec.vu').iterationInScenario;
  },
  get idInInstance() {
    return requireVu('exec.vu').idInInstance;
  },
  get idInTest() {
    return requireVu('exec.vu').id;
  },
  metrics: closed('exec.vu.metrics', {
    get tags() {
      return labels(requireVu('exec.vu.metrics.tags'), 'tags');
    },
    get metadata() {
      return labels(requireVu('exec.vu.metrics.metadata'), 'metadata');
    },
  }),
});

/** Tags and metadata hold text in points, whatever they were set to; they stay until deleted, as in k6. */
function labels(owner: Vu, kind: 'tags' | 'metadata'): Labels {
  return new Proxy(owner[kind] as Labels, {
    set(target, key, value: unknown) {
      if (!['string', 'number', 'boolean'].includes(typeof value))
        throw errors.invalidTag(String(key), value);
      target[String(key)] = String(value);
      return true;
    },
  });
}

const offered = { scenario, vu } satisfies { scenario: typeof official.scenario; vu: OfferedVu };

export default closed('k6/execution', offered);
