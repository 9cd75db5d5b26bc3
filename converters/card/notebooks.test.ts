import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import { carded, labelling } from './carded.test-world.ts';

/** What notebooks that were written before us select, by name and type: it may grow, and nothing of it may change. */
const FLAT = {
  ...{ time: 'INT64', service: 'STRING', severity_id: 'INT32', status_id: 'INT32', class_uid: 'INT32' },
  ...{ category_uid: 'INT32', activity_id: 'INT32', activity_name: 'STRING', type_uid: 'INT64' },
  ...{ message: 'STRING', level: 'STRING', duration: 'DOUBLE' },
  ...{ trace_id: 'STRING', span_id: 'STRING', parent_span_id: 'STRING', span_kind: 'STRING' },
  ...{ span_name: 'STRING', http_method: 'STRING', http_status: 'INT32', http_url: 'STRING' },
  ...{ http_route: 'STRING', user_id: 'STRING', endpoint: 'STRING', instance: 'STRING' },
  ...{ metric_name: 'STRING', metric_value: 'DOUBLE', metric_type: 'STRING', labels: 'STRING' },
  ...{ change_kind: 'STRING', change_from: 'STRING', change_to: 'STRING' },
  ...{ event_uid: 'STRING', event_kind: 'STRING', request_id: 'STRING', service_version: 'STRING' },
  ...{ db_system: 'STRING', db_operation: 'STRING', queue: 'STRING', job_attempt: 'INT32' },
};
const LABELS = {
  ...{ event_uid: 'STRING', event_kind: 'STRING', service: 'STRING', time: 'INT64' },
  ...{ label: 'INT32', case: 'INT32', scenario: 'STRING', change_uid: 'STRING' },
  ...{ affected_service: 'STRING', phase: 'STRING', is_anomaly: 'INT32', anomaly_reason: 'STRING' },
};

/** Column → type, of a file whose columns are all plain. */
async function typesOf(file: string): Promise<Record<string, string>> {
  const { schema } = await parquetMetadataAsync(await asyncBufferFromFile(file));
  return Object.fromEntries(
    schema.slice(1).map(({ name, type, converted_type, logical_type }) => {
      const text = converted_type === 'UTF8' || logical_type?.type === 'STRING';
      return [name, text ? 'STRING' : `${type}`];
    }),
  );
}

test('the flat files have the columns and types that notebooks select, each of them', async (t) => {
  const { dir } = await carded(t);
  for (const name of ['logs', 'traces', 'metrics', 'changes']) {
    const types = await typesOf(join(dir, `ocsf_${name}.parquet`));
    const selected = Object.fromEntries(Object.keys(FLAT).map((column) => [column, types[column]]));
    assert.deepEqual(selected, FLAT, name);
  }
});

test('so has the labelled subset, whose rows are joined by event_uid', async (t) => {
  const { dir } = await carded(t, { judge: labelling });
  assert.deepEqual(await typesOf(join(dir, 'labels/ocsf_eval_subset.parquet')), LABELS);
});
