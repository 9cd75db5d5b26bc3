import { compareKeys } from '../../store/keys.ts';
import type { Call } from '../read/calls.ts';
import { grouped } from '../read/kept.ts';

/** A node, or a place that an edge passes on its way over a layer. */
export interface Place {
  readonly id: string;
  readonly layer: number;
  /** From 0 in its layer; may lie between two whole numbers. */
  readonly order: number;
}

/** A call with the places that its line passes, first and last its nodes. */
export interface Route {
  readonly call: Call;
  readonly places: readonly Place[];
}

export interface LayeredGraph {
  readonly nodes: readonly Place[];
  readonly routes: readonly Route[];
  readonly layers: number;
  /** Places of the fullest layer. */
  readonly height: number;
}

/** Who calls stands before who is called; lines take places of their own in the layers that they pass, and cross as little as may be. */
export function layered(calls: readonly Call[]): LayeredGraph {
  const ids = [...new Set(calls.flatMap(({ from, to }) => [from, to]))].sort(compareKeys);
  const forward = withoutCycles(
    ids,
    calls.filter(({ from, to }) => from !== to),
  );
  const layerOf = longestPaths(ids, forward);
  const chains = forward.map((call) => ({ call, ids: chainOf(call, layerOf) }));
  const layers: string[][] = Array.from({ length: Math.max(0, ...layerOf.values()) + 1 }, () => []);
  for (const id of ids) layers[layerOf.get(id) ?? 0]?.push(id);
  for (const { call, ids: chain } of chains)
    for (let i = 1; i < chain.length - 1; i++)
      layers[(layerOf.get(call.from) ?? 0) + i]?.push(chain[i] as string);
  settleOrder(
    layers,
    chains.map(({ ids: chain }) => chain),
  );
  const height = Math.max(1, ...layers.map((layer) => layer.length));
  const places = new Map<string, Place>();
  layers.forEach((layer, at) => {
    layer.forEach((id, i) => {
      places.set(id, { id, layer: at, order: i + (height - layer.length) / 2 });
    });
  });
  const placesOf = (chain: readonly string[]) => chain.flatMap((id) => places.get(id) ?? []);
  return {
    ...{ nodes: placesOf(ids), layers: layers.length, height },
    routes: chains.map(({ call, ids: chain }) => ({ call, places: placesOf(chain) })),
  };
}

/** Edges that would lead back to where they came from are left out, the least used first. */
function withoutCycles(ids: readonly string[], calls: readonly Call[]): Call[] {
  const kept: Call[] = [];
  const leads = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return kept.some((call) => call.from === from && leads(call.to, to, seen));
  };
  for (const call of calls.toSorted((a, b) => b.calls - a.calls))
    if (!leads(call.to, call.from)) kept.push(call);
  const at = (id: string) => ids.indexOf(id);
  return kept.sort((a, b) => at(a.from) - at(b.from) || at(a.to) - at(b.to));
}

function longestPaths(ids: readonly string[], calls: readonly Call[]): Map<string, number> {
  const layerOf = new Map(ids.map((id) => [id, 0]));
  for (let changed = true; changed; ) {
    changed = false;
    for (const { from, to } of calls) {
      const least = (layerOf.get(from) ?? 0) + 1;
      if ((layerOf.get(to) ?? 0) >= least) continue;
      layerOf.set(to, least);
      changed = true;
    }
  }
  return layerOf;
}

const chainOf = ({ from, to }: Call, layerOf: ReadonlyMap<string, number>): string[] => {
  const [first, last] = [layerOf.get(from) ?? 0, layerOf.get(to) ?? 0];
  const passed = Array.from({ length: last - first - 1 }, (_, i) => JSON.stringify([from, to, i]));
  return [from, ...passed, to];
};

/** Each place near the middle of those that it is joined to, from the left and from the right in turn. */
function settleOrder(layers: string[][], chains: readonly (readonly string[])[]): void {
  const pairs = chains.flatMap((chain) => chain.slice(1).map((id, i) => [chain[i] as string, id] as const));
  const before = grouped(pairs, ([, to]) => to);
  const after = grouped(pairs, ([from]) => from);
  for (let round = 0; round < 12; round++) {
    const rightwards = round % 2 === 0;
    const order = rightwards ? layers : layers.toReversed();
    for (const [at, layer] of order.entries()) {
      const beside = order[at - 1];
      if (!beside) continue;
      const height = Math.max(...layers.map(({ length }) => length));
      const placeIn = (of: readonly string[], id: string) => of.indexOf(id) + (height - of.length) / 2;
      const wanted = new Map(
        layer.map((id) => {
          const joined = rightwards
            ? before.get(id)?.map(([from]) => from)
            : after.get(id)?.map(([, to]) => to);
          const places = (joined ?? []).map((other) => placeIn(beside, other));
          return [
            id,
            places.length > 0 ? places.reduce((a, b) => a + b, 0) / places.length : placeIn(layer, id),
          ];
        }),
      );
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || compareKeys(a, b));
    }
  }
}
