import type { Node } from 'acorn';
import type { Kind } from './finding.ts';
import {
  child,
  children,
  field,
  importsOf,
  isFunction,
  isReference,
  memberName,
  nameOf,
  type Site,
  type Tree,
  textOf,
} from './tree.ts';

/** The chassis's time limit is a timer too: what is to happen when it is over is its caller's affair. */
const TIMER_MODULES = /^(node:)?timers(\/promises)?$|\/time-limit\.ts$/;
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate']);
const SLEEPS = /^(sleep|snooze|delay|nap)(sync|ms|for)?$/i;
/** In a statement, a command or the name of a package: pg_sleep(1), DEBUG SLEEP, sleep 5. */
const SLEEP_TEXT = /(?:^|[^a-z])sleep(?:$|[^a-z])/i;
const CODE = new Set(['eval', 'Function']);
const LOOPS = ['WhileStatement', 'DoWhileStatement', 'ForStatement'];

type Found = readonly [kind: Kind, what: string];

/** What a site can wait by, or make wait. */
export function waitsIn(tree: Tree): { site: Site; found: Found }[] {
  const timers = importsOf(tree, TIMER_MODULES);
  const clocks = clockNames(tree);
  const shapes: ((site: Site) => Found | undefined)[] = [
    (site) => timerAt(site, timers),
    blockingAt,
    sleepAt,
    delayedJobAt,
    (site) => clockLoopAt(site, clocks),
    codeAt,
  ];
  return tree.sites.flatMap((site) =>
    shapes.flatMap((shape) => {
      const found = shape(site);
      return found ? [{ site, found }] : [];
    }),
  );
}

function timerAt(site: Site, imported: ReadonlyMap<string, string>): Found | undefined {
  const { node, around } = site;
  const name = nameOf(node) ?? '';
  if (isReference(site)) {
    if (imported.has(name))
      return ['timer', imported.get(name) === '*' ? 'timers' : (imported.get(name) ?? '')];
    if (TIMERS.has(name)) return ['timer', name];
  }
  if (node.type === 'MemberExpression') {
    const timeout = name === 'timeout' && nameOf(child(node, 'object')) === 'AbortSignal';
    if (TIMERS.has(name) || timeout) return ['timer', timeout ? 'AbortSignal.timeout' : name];
  }
  // const { setTimeout: later } = globalThis
  if (node.type === 'Property' && around[0]?.type === 'ObjectPattern') {
    const key = nameOf(child(node, 'key')) ?? '';
    if (TIMERS.has(key)) return ['timer', key];
  }
  const loaded = node.type === 'Literal' && TIMER_MODULES.test(name);
  const calls = around[0]?.type === 'CallExpression' || around[0]?.type === 'ImportExpression';
  return loaded && calls ? ['timer', 'timers'] : undefined;
}

function blockingAt(site: Site): Found | undefined {
  return isReference(site) && nameOf(site.node) === 'Atomics' ? ['blocking wait', 'Atomics'] : undefined;
}

function sleepAt({ node, around }: Site): Found | undefined {
  const callee = node.type === 'CallExpression' ? (nameOf(child(node, 'callee')) ?? '') : '';
  if (SLEEPS.test(callee)) return ['sleep', callee];
  const text = textOf(node) ?? '';
  const ofPackage = around[0]?.type === 'ImportDeclaration' && /(?:^|[^a-z])delay(?:$|[^a-z])/i.test(text);
  return SLEEP_TEXT.test(text) || ofPackage ? ['sleep', text.trim().slice(0, 60)] : undefined;
}

/** A job that the queue holds back is a wait; a pause between attempts is the library's back-off. */
function delayedJobAt({ node, around: [object, holder] }: Site): Found | undefined {
  if (node.type !== 'Property' || object?.type !== 'ObjectExpression') return undefined;
  if (nameOf(child(node, 'key')) !== 'delay' || nameOf(child(holder, 'key')) === 'backoff') return undefined;
  return ['delayed job', 'delay'];
}

function clockLoopAt({ node }: Site, clocks: ReadonlySet<string>): Found | undefined {
  if (!LOOPS.includes(node.type)) return undefined;
  const asks = contains(node, (inner) => readsClock(inner) || isCallOf(inner, clocks));
  return asks ? ['loop on the clock', node.type] : undefined;
}

const isCallOf = (node: Node, names: ReadonlySet<string>) =>
  node.type === 'CallExpression' && names.has(nameOf(child(node, 'callee')) ?? '');

/** Names in the file for a function that tells the time: `const now = Date.now`, `const now = () => Date.now()`. */
function clockNames({ sites }: Tree): Set<string> {
  const names = new Set<string>();
  for (const { node, around } of sites) {
    if (!readsClock(node)) continue;
    const [holder] = around;
    const called = holder?.type === 'CallExpression' && child(holder, 'callee') === node;
    if (holder?.type === 'VariableDeclarator') names.add(nameOf(child(holder, 'id')) ?? '');
    const i = around.findIndex(isFunction);
    const told = around.slice(0, i).some(({ type }) => type === 'ReturnStatement');
    if (!called || (!told && around[i]?.type !== 'ArrowFunctionExpression')) continue;
    if (!told && child(around[i], 'body')?.type === 'BlockStatement') continue;
    names.add(nameOf(child(around[i], 'id')) ?? nameOf(child(around[i + 1], 'id')) ?? '');
  }
  return names;
}

function codeAt(site: Site): Found | undefined {
  const name = nameOf(site.node) ?? '';
  if (isReference(site) && CODE.has(name)) return ['code from text', name];
  const imports = site.node.type === 'ImportDeclaration' ? nameOf(child(site.node, 'source')) : undefined;
  return imports && /^(node:)?vm$/.test(imports) ? ['code from text', 'vm'] : undefined;
}

/** Date.now(), new Date(), performance.now(), process.hrtime(), process.uptime() */
export function readsClock(node: Node): boolean {
  if (node.type === 'NewExpression')
    return nameOf(child(node, 'callee')) === 'Date' && children(node, 'arguments').length === 0;
  if (node.type !== 'MemberExpression') return false;
  const member = memberName(node) ?? '';
  const owner = nameOf(child(node, 'object')) ?? '';
  return ['Date.now', 'performance.now', 'process.hrtime', 'process.uptime'].includes(`${owner}.${member}`);
}

/** Whether a node or one below it, functions left out, is such a one. */
export function contains(node: Node, such: (node: Node) => boolean): boolean {
  if (such(node)) return true;
  return Object.keys(node).some((name) => {
    const value = field(node, name);
    const below = Array.isArray(value) ? children(node, name) : [child(node, name)];
    return below.some((next) => next !== undefined && !isFunction(next) && contains(next, such));
  });
}
