import { dirname } from 'node:path';
import _standalone from 'ajv/dist/standalone/index.js';
import type { Plugin } from 'esbuild';
import { ocsfSchemas } from '../ocsf/schemas.ts';
import { ocsfCompiler, schemaOf } from '../ocsf/validators.ts';

// CommonJS, of which Node gives the default export within another.
const standalone = _standalone as unknown as {
  default: typeof import('ajv/dist/standalone/index.js').default;
};

/** Puts validators that are compiled already in the place of `ocsf/validators.ts`: compiling takes most of a cold start. */
export const compiledValidators: Plugin = {
  name: 'compiled-validators',
  setup({ onLoad }) {
    onLoad({ filter: /converters\/ocsf\/validators\.ts$/ }, ({ path }) => ({
      ...{ contents: validatorsCode(), loader: 'js', resolveDir: dirname(path) },
    }));
  },
};

/** A module that exports `validatorOf`, too. */
function validatorsCode(): string {
  const uids = Object.keys(ocsfSchemas().classes);
  const code = standalone.default(
    ocsfCompiler({ code: { source: true, esm: true } }),
    Object.fromEntries(uids.map((uid) => [`class_${uid}`, schemaOf(uid)])),
  );
  const all = uids.map((uid) => `${JSON.stringify(uid)}: class_${uid}`).join(', ');
  return `${code}\nexport const validatorOf = (uid) => ({ ${all} })[uid];\n`;
}
