import { SourceMap } from 'node:module';
import { type Node, parse } from 'acorn';
import { transform } from 'esbuild';

/** A node of the syntax tree with the nodes around it, nearest first. */
export interface Site {
  readonly node: Node;
  readonly around: readonly Node[];
}

export interface Tree {
  readonly sites: readonly Site[];
  /** Line in the source as it was written, from 1. */
  lineOf(node: Node): number;
}

/**
 * The syntax tree of a TypeScript file, types taken off. TypeScript 7 has no API, and acorn knows JavaScript alone.
 * @throws what esbuild says of a source that is none
 */
export async function treeOf(source: string): Promise<Tree> {
  const { code, map } = await transform(source, {
    loader: 'ts',
    target: 'esnext',
    sourcemap: 'external',
    sourcefile: 'source.ts',
    // An import that nothing uses is kept: it still says what the file can reach.
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const positions = new SourceMap(JSON.parse(map));
  const root = parse(code, { ecmaVersion: 'latest', sourceType: 'module', locations: true });
  const sites: Site[] = [];
  visit(root, [], sites);
  return {
    sites,
    lineOf: ({ loc }) => {
      const found = loc && positions.findEntry(loc.start.line - 1, loc.start.column);
      return found && 'originalLine' in found ? found.originalLine + 1 : 0;
    },
  };
}

function visit(node: Node, around: readonly Node[], sites: Site[]): void {
  sites.push({ node, around });
  const inside = [node, ...around];
  for (const child of Object.values(node)) {
    if (isNode(child)) visit(child, inside, sites);
    else if (Array.isArray(child)) for (const item of child) if (isNode(item)) visit(item, inside, sites);
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** A field of a node, whatever its type: rules look at shapes, not at acorn's many interfaces. */
export const field = (node: Node | undefined, name: string): unknown =>
  (node as unknown as Record<string, unknown> | undefined)?.[name];

export const child = (node: Node | undefined, name: string): Node | undefined => {
  const value = field(node, name);
  return isNode(value) ? value : undefined;
};

export const children = (node: Node | undefined, name: string): Node[] => {
  const value = field(node, name);
  return Array.isArray(value) ? value.filter(isNode) : [];
};

/** The name that an identifier, a plain member or a text says; undefined for anything computed. */
export function nameOf(node: Node | undefined): string | undefined {
  if (node?.type === 'Identifier' || node?.type === 'PrivateIdentifier') return String(field(node, 'name'));
  if (node?.type === 'MemberExpression') return memberName(node);
  const value = node?.type === 'Literal' ? field(node, 'value') : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** `a.b` and `a['b']` → `b`. */
export function memberName(member: Node): string | undefined {
  const property = child(member, 'property');
  return field(member, 'computed') === true && property?.type !== 'Literal' ? undefined : nameOf(property);
}

export const isFunction = (node: Node): boolean =>
  ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type);

/** The function that a site is in, by its name or by the variable, property or method that holds it. */
export function functionAround({ around }: Site): string {
  for (const [i, node] of around.entries()) {
    if (!isFunction(node)) continue;
    const own = nameOf(child(node, 'id'));
    const holder = around[i + 1];
    const name = own ?? nameOf(child(holder, 'key')) ?? nameOf(child(holder, 'id'));
    if (name) return name;
  }
  return 'module';
}

/** An identifier that stands for a value: neither a key, nor a member's name, nor part of an import. */
export function isReference({ node, around: [parent] }: Site): boolean {
  if (node.type !== 'Identifier' || !parent || parent.type.startsWith('Import')) return false;
  if (parent.type === 'MemberExpression')
    return child(parent, 'object') === node || field(parent, 'computed') === true;
  if (['Property', 'MethodDefinition', 'PropertyDefinition'].includes(parent.type))
    return child(parent, 'value') === node || field(parent, 'computed') === true;
  return parent.type !== 'ExportSpecifier';
}

/** Local name → imported name of what a file imports from one of the modules; `*` for all of it. */
export function importsOf({ sites }: Tree, modules: RegExp): Map<string, string> {
  const names = new Map<string, string>();
  for (const { node } of sites) {
    if (node.type !== 'ImportDeclaration' || !modules.test(nameOf(child(node, 'source')) ?? '')) continue;
    for (const specifier of children(node, 'specifiers'))
      names.set(nameOf(child(specifier, 'local')) ?? '', nameOf(child(specifier, 'imported')) ?? '*');
  }
  return names;
}

/** What a text or a piece of a template says; undefined for every other node. */
export function textOf(node: Node): string | undefined {
  const value = field(node, 'value');
  if (node.type === 'Literal' && typeof value === 'string') return value;
  if (node.type !== 'TemplateElement') return undefined;
  return (value as { cooked?: string | null }).cooked ?? undefined;
}
