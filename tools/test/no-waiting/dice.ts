import type { Node } from 'acorn';
import type { Kind } from './finding.ts';
import {
  child,
  children,
  field,
  importsOf,
  isFunction,
  isReference,
  nameOf,
  type Site,
  type Tree,
  textOf,
} from './tree.ts';
import { contains, readsClock } from './waits.ts';

const CRYPTO = /^(node:)?crypto$/;
/** Numbers: there is no use for them but to decide by. */
const NUMBERS = new Set(['randomInt', 'srandmember', 'randomkey', 'hrandfield', 'zrandmember']);
const SQL_NUMBERS = /\brandom(_normal)?\s*\(|\btablesample\b/i;
/** Ids and tokens are made of these; nothing may be decided by one. */
const BYTES = new Set([
  ...['randomUUID', 'randomBytes', 'randomFill', 'randomFillSync', 'getRandomValues'],
  ...['pseudoRandomBytes', 'webcrypto'],
]);
/** Of these, a number or a part comes out. */
const READS = /^(read(Big)?U?(Int|Float|Double)|at$|charAt|charCodeAt|codePointAt)/;
const TO_NUMBER = new Set(['parseInt', 'parseFloat', 'Number', 'BigInt']);

type Found = readonly [kind: Kind, what: string];

/** Where a file asks for a random number, or lets something random decide. */
export function diceIn(tree: Tree): { site: Site; found: Found }[] {
  const imported = importsOf(tree, CRYPTO);
  const random = randomNames(tree, imported);
  return tree.sites.flatMap((site) => {
    const found = numberAt(site, imported) ?? clockDiceAt(site) ?? outcomeAt(site, random);
    return found ? [{ site, found }] : [];
  });
}

function numberAt(site: Site, imported: ReadonlyMap<string, string>): Found | undefined {
  const { node, around } = site;
  const name = nameOf(node) ?? '';
  const local = isReference(site) ? (imported.get(name) ?? name) : '';
  if (NUMBERS.has(local)) return ['random number', local];
  if (node.type === 'MemberExpression') {
    if (NUMBERS.has(name)) return ['random number', name];
    if (name === 'random' && nameOf(child(node, 'object')) === 'Math')
      return ['random number', 'Math.random'];
  }
  // const { random } = Math
  const taken = around[0]?.type === 'VariableDeclarator' && child(around[0], 'id')?.type === 'ObjectPattern';
  if (taken && name === 'Math') return ['random number', 'Math'];
  return SQL_NUMBERS.test(textOf(node) ?? '') ? ['random number', 'in a text'] : undefined;
}

/** `Date.now() % 10 < 3` is a draw too. */
function clockDiceAt({ node }: Site): Found | undefined {
  const draws = node.type === 'BinaryExpression' && ['%', '&'].includes(String(field(node, 'operator')));
  return draws && contains(node, readsClock) ? ['clock as dice', String(field(node, 'operator'))] : undefined;
}

function outcomeAt(site: Site, random: Random): Found | undefined {
  const name = random.at(site);
  return name !== undefined && decides(site) ? ['random outcome', name] : undefined;
}

/** Whether something hangs on the value at a site: a branch, a comparison, arithmetic, a number or part taken of it. */
function decides({ node, around }: Site): boolean {
  let inner = node;
  for (const outer of around) {
    if (isFunction(outer) || outer.type.endsWith('Declaration')) return false;
    if (decidesBy(outer, inner)) return true;
    inner = outer;
  }
  return false;
}

function decidesBy(outer: Node, inner: Node): boolean {
  switch (outer.type) {
    case 'LogicalExpression':
      return child(outer, 'left') === inner;
    case 'BinaryExpression':
      return field(outer, 'operator') !== '+';
    case 'UnaryExpression':
      return field(outer, 'operator') === '!';
    case 'MemberExpression':
      if (child(outer, 'property') === inner) return field(outer, 'computed') === true;
      return (
        (field(outer, 'computed') === true && nameOf(outer) === undefined) || READS.test(nameOf(outer) ?? '')
      );
    case 'CallExpression':
      return (
        children(outer, 'arguments').includes(inner) && TO_NUMBER.has(nameOf(child(outer, 'callee')) ?? '')
      );
    default:
      return child(outer, 'test') === inner || child(outer, 'discriminant') === inner;
  }
}

interface Random {
  /** Name of the random thing that a site is, if it is one. */
  at(site: Site): string | undefined;
}

/** The sources, and every variable and function of the file that takes its value from one; by name, scopes left out. */
function randomNames({ sites }: Tree, imported: ReadonlyMap<string, string>): Random {
  const names = new Map<string, string>();
  const at = (site: Site): string | undefined => {
    const name = nameOf(site.node) ?? '';
    if (site.node.type === 'MemberExpression') return BYTES.has(name) ? name : undefined;
    if (!isReference(site)) return undefined;
    const original = imported.get(name) ?? name;
    return BYTES.has(original) ? original : names.get(name);
  };
  for (let known = -1; known < names.size; ) {
    known = names.size;
    for (const site of sites) {
      const source = at(site);
      if (source === undefined) continue;
      for (const name of takers(site)) if (!names.has(name)) names.set(name, source);
    }
  }
  return { at };
}

/** Names of what takes the value at a site: the variable that it is assigned to, or the function that returns it. */
function takers({ node, around }: Site): string[] {
  let inner = node;
  for (const [i, outer] of around.entries()) {
    if (outer.type === 'VariableDeclarator' && child(outer, 'init') === inner)
      return bound(child(outer, 'id'));
    if (outer.type === 'AssignmentExpression' && child(outer, 'right') === inner)
      return bound(child(outer, 'left'));
    const returns = outer.type === 'ReturnStatement';
    const body = outer.type === 'ArrowFunctionExpression' && child(outer, 'body') === inner;
    if (returns || body) return returner(body ? around.slice(i) : around.slice(i + 1));
    if (isFunction(outer)) return [];
    inner = outer;
  }
  return [];
}

/** The name under which the nearest function is known. */
function returner(around: readonly Node[]): string[] {
  const i = around.findIndex(isFunction);
  const name = nameOf(child(around[i], 'id')) ?? nameOf(child(around[i + 1], 'id'));
  return name === undefined ? [] : [name];
}

/** Names that a pattern binds. */
function bound(pattern: Node | undefined): string[] {
  if (pattern?.type === 'Identifier') return [String(field(pattern, 'name'))];
  const parts = [...children(pattern, 'properties'), ...children(pattern, 'elements')];
  return parts.flatMap((part) => bound(child(part, 'value') ?? child(part, 'argument') ?? part));
}
