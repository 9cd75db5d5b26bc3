import { LABEL_RULE } from '../label/rule.ts';
import { type About, hasLabels, isForeign } from './about.ts';
import { limitsOf } from './limits.ts';
import { utc } from './markdown.ts';

/** The fields of Croissant RAI 1.0 (http://mlcommons.org/croissant/RAI/1.0). */
export function raiOf(about: About): Record<string, string | readonly string[]> {
  const { window, ledger } = about.manifest;
  return {
    'rai:dataCollection': isForeign(about)
      ? 'Telemetry that a collector or a Prometheus server held, as OTLP.'
      : 'A storefront of four services with PostgreSQL and Redis was run under seeded synthetic traffic; its OpenTelemetry logs, traces and metrics went through a collector into a bucket.',
    'rai:dataCollectionType': ['Software Collection', ...(isForeign(about) ? [] : ['Experiments'])],
    'rai:dataCollectionTimeframe': [utc(window.start_ms), utc(window.end_ms)],
    'rai:dataCollectionRawData': `${ledger.raw_objects} raw objects of OTLP, immutable; read, written, duplicate, rejected and out of the window are counted per input in manifest.json.`,
    'rai:dataCollectionMissingData':
      'A column that a kind of event does not fill is null. Telemetry of a process that was killed without warning may be lost, and is counted.',
    'rai:dataPreprocessingProtocol': [
      'Duplicates are removed by identity (trace and span id; instance and line number; series and time).',
      'Each record is mapped to one event of OCSF 1.8.0; what has no attribute there is kept in `attributes` and `unmapped`.',
      'Nothing is sampled, imputed, normalised or anonymised.',
    ],
    ...(hasLabels(about)
      ? {
          'rai:dataAnnotationProtocol': [LABEL_RULE],
          'rai:annotationsPerItem': '1',
          'rai:machineAnnotationTools': [`Faultline ${about.manifest.versions.faultline ?? ''}`.trim()],
        }
      : {}),
    'rai:dataUseCases': [
      'Training and testing detectors of anomalies in telemetry: self-supervised without the labels, scored with them.',
      'Not meant for comparing the performance of the products that the stack is made of.',
    ],
    'rai:dataBiases': isForeign(about)
      ? ['Unknown: it was not made here.']
      : [
          'One architecture in one language (Node.js): other stacks log, trace and fail otherwise.',
          'Traffic is that of a fixed mix of requests at a planned rate; people are less regular.',
        ],
    'rai:dataLimitations': limitsOf(about),
    'rai:dataSocialImpact': isForeign(about)
      ? 'Unknown: it was not made here.'
      : 'None is expected: no person, company or real payment is in it.',
    'rai:personalSensitiveInformation': isForeign(about)
      ? ['Not looked for: the telemetry is as it was found.']
      : ['None: customers, addresses and cards are made up by a generator.'],
    'rai:dataReleaseMaintenancePlan':
      'A dataset is never changed once it is published: its manifest is put once. A run that is made again has another run id.',
  };
}
