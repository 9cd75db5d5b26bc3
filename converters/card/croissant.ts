import type { ManifestFile } from '../dataset/manifest.ts';
import { SPLIT_NAMES } from '../split/split.ts';
import type { Splits } from '../split/splits.ts';
import { type About, CC_BY, citationOf, dayOf, isForeign, summaryOf, titleOf } from './about.ts';
import { CONTEXT } from './croissant-context.ts';
import { utc } from './markdown.ts';
import { raiOf } from './rai.ts';
import { type RecordField, recordSetOf } from './record-sets.ts';

/**
 * `croissant.json`: the dataset as MLCommons Croissant 1.0 with the fields of Croissant RAI 1.0, a record set a Parquet file. It has
 * the checksums of those files, so it is written after them, and `SHA256SUMS` and the manifest have its own.
 */
export function croissant(about: About): string {
  const parquet = about.files.filter(({ path }) => path.endsWith('.parquet'));
  const document = {
    '@context': CONTEXT,
    '@type': 'sc:Dataset',
    conformsTo: ['http://mlcommons.org/croissant/1.0', 'http://mlcommons.org/croissant/RAI/1.0'],
    name: `faultline-${about.manifest.run_id}`,
    alternateName: titleOf(about),
    description: summaryOf(about),
    ...(isForeign(about) ? {} : { license: CC_BY.url }),
    url: './',
    version: '1.0.0',
    datePublished: dayOf(about),
    creator: { '@type': 'sc:Organization', name: 'Faultline' },
    citeAs: citationOf(about),
    inLanguage: 'en',
    keywords: ['observability', 'anomaly detection', 'OpenTelemetry', 'OCSF', 'logs', 'traces', 'metrics'],
    temporalCoverage: `${utc(about.manifest.window.start_ms)}/${utc(about.manifest.window.end_ms)}`,
    ...raiOf(about),
    distribution: parquet.map(fileObject),
    recordSet: [...parquet.map(recordSet), ...(about.splits ? [splitsSet(about.splits)] : [])],
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

const fileObject = ({ path, bytes, sha256 }: ManifestFile) => ({
  '@type': 'cr:FileObject',
  '@id': path,
  name: path,
  contentUrl: path,
  contentSize: `${bytes} B`,
  encodingFormat: 'application/x-parquet',
  sha256,
});

function recordSet({ path }: ManifestFile) {
  const { id, description, key, fields } = recordSetOf(path);
  return {
    '@type': 'cr:RecordSet',
    '@id': id,
    name: id,
    description,
    key: key.map((name) => ({ '@id': `${id}/${name}` })),
    field: fields.map((field) => recordField({ id, path, field })),
  };
}

/** The blocks of time by which it is split, with their records in the document itself. */
function splitsSet({ splits }: Splits) {
  const field = (name: string, dataType: string, description: string) => ({
    ...{ '@type': 'cr:Field', '@id': `splits/${name}`, name, description, dataType },
  });
  const records = SPLIT_NAMES.map((name) => ({
    'splits/name': name,
    'splits/start_ms': splits[name].start_ms,
    'splits/end_ms': splits[name].end_ms,
  }));
  return {
    ...{ '@type': 'cr:RecordSet', '@id': 'splits', name: 'splits', dataType: 'cr:Split' },
    description: 'A row of any file belongs to the block in which its time lies, and between blocks to none',
    key: { '@id': 'splits/name' },
    field: [
      field('name', 'sc:Text', 'train, validation or test'),
      field('start_ms', 'sc:Integer', 'Its first millisecond, epoch ms UTC'),
      field('end_ms', 'sc:Integer', 'The first millisecond after it'),
    ],
    data: records,
  };
}

function recordField({ id, path, field }: { id: string; path: string; field: RecordField }) {
  const { name, dataType, description, column, jsonPath, repeated } = field;
  return {
    '@type': 'cr:Field',
    '@id': `${id}/${name}`,
    name,
    description,
    dataType,
    ...(repeated && { repeated }),
    source: {
      fileObject: { '@id': path },
      extract: { column },
      ...(jsonPath && { transform: { jsonPath } }),
    },
  };
}
