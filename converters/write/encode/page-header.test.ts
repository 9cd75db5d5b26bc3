import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByteWriter } from 'hyparquet-writer/src/bytewriter.js';
import { writePageHeader } from 'hyparquet-writer/src/datapage.js';
import { pageHeader } from './page-header.ts';

const SIZES = [0, 1, 63, 64, 127, 8_191, 8_192, 65_535, 2 ** 20, 2 ** 28, 2 ** 30 - 1];
const levels = { definition_level_encoding: 'RLE', repetition_level_encoding: 'RLE' } as const;

test('a page header is the same bytes as hyparquet-writer makes of it', () => {
  for (const unpacked of SIZES)
    for (const packed of SIZES)
      for (const values of SIZES)
        for (const encoding of ['PLAIN', 'RLE_DICTIONARY'] as const)
          for (const kind of ['data', 'dictionary'] as const) {
            const writer = new ByteWriter();
            writePageHeader(writer, {
              ...{ uncompressed_page_size: unpacked, compressed_page_size: packed },
              ...(kind === 'data'
                ? { type: 'DATA_PAGE', data_page_header: { num_values: values, encoding, ...levels } }
                : { type: 'DICTIONARY_PAGE', dictionary_page_header: { num_values: values, encoding } }),
            });
            assert.deepEqual(pageHeader({ kind, unpacked, packed, values, encoding }), writer.getBytes());
          }
});
