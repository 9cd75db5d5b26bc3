/** What a statement does, and to which table, as far as its text tells. */
export interface QueryShape {
  /** SELECT, INSERT, BEGIN, …; of a WITH, the last statement that changes something, else SELECT */
  operation: string;
  /** the first table named */
  table?: string;
}

const shapes = new Map<string, QueryShape>();
/** Statements are constants of the code; should a caller build them, the memory of them stays bounded. */
const remembered = 500;

// After INTO and UPDATE a table stands alone; after FROM and JOIN a name with a parenthesis is a function.
const tableName =
  /\b(?:INTO|UPDATE|TABLE)\s+([a-z_]\w*)|\b(?:FROM|JOIN)\s+(?!LATERAL\b)([a-z_]\w*)\b(?!\s*\()/i;

export function queryShape(text: string): QueryShape {
  const known = shapes.get(text);
  if (known) return known;
  let operation = (/^\s*(\w+)/.exec(text)?.[1] ?? 'UNKNOWN').toUpperCase();
  if (operation === 'WITH')
    operation =
      text
        .match(/\b(INSERT|UPDATE|DELETE)\b/gi)
        ?.at(-1)
        ?.toUpperCase() ?? 'SELECT';
  const named = tableName.exec(text);
  const table = (named?.[1] ?? named?.[2])?.toLowerCase();
  const shape: QueryShape = table === undefined ? { operation } : { operation, table };
  if (shapes.size < remembered) shapes.set(text, shape);
  return shape;
}
