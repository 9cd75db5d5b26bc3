import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';

/** What the footer of each Parquet file of a dataset says of its columns, by path: Parquet's own schema, and Arrow's. */
export async function schemasOf(folder: string): Promise<Record<string, unknown>> {
  const schemas: Record<string, unknown> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.name.endsWith('.parquet')) continue;
    const path = join(entry.parentPath, entry.name);
    const { schema, key_value_metadata } = await parquetMetadataAsync(await asyncBufferFromFile(path));
    const arrow = key_value_metadata?.find(({ key }) => key === 'ARROW:schema')?.value;
    schemas[relative(folder, path)] = { schema, arrow };
  }
  return schemas;
}
